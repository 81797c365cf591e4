"""The page's host in the page itself: Python in a worker, the journal in the browser's own files, no server.

`page/` holds the JavaScript beside the shell: `start.js` starts all, `worker.js` runs Python on `pool.js`,
the files; `host_socket.js` brings the reader's bytes, `service_worker.js` keeps the site, hands requests on,
`door.js` encrypts. `./tools/dev page` builds the site.
"""
