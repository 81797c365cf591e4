// The example's day by a client that was generated from the description: `day.js URL TOKEN`, the visits on stdin's
// first line. It prints the message that its own transport takes, reads the returns to it, prints what it saw.
import * as tournee from "./client";
import { client } from "./client/client.gen";

declare const process: {
  argv: string[];
  stdin: AsyncIterable<Uint8Array> & AsyncIterator<Uint8Array>;
  stdout: { write(text: string): void };
};

const chunks = process.stdin[Symbol.asyncIterator]();
async function line<Told>(): Promise<Told> {
  let text = "";
  while (!text.endsWith("\n")) text += new TextDecoder().decode((await chunks.next()).value);
  return JSON.parse(text);
}

async function done(begun: { data?: tournee.Work; response?: Response }): Promise<tournee.Work> {
  const { stream } = await tournee.workEvents({ path: { name: begun.data!.id } });
  let last = "";
  for await (const event of stream) last = String(event && JSON.stringify(event));
  return JSON.parse(last);
}

async function day(url: string, token: string) {
  client.setConfig({ baseUrl: url, auth: token });
  const [first, second] = await line<tournee.TakeVisitsData["body"][]>();
  const priced = await tournee.price({ body: first, throwOnError: true });
  const key = { "Idempotency-Key": "day-1" };
  const taken = await tournee.takeVisits({ body: first, headers: key, throwOnError: true });
  const again = await tournee.takeVisits({ body: first, headers: key, throwOnError: true });
  await tournee.takeVisits({ body: second, throwOnError: true });

  const begun = await tournee.certify({ body: { code: "1234" }, throwOnError: true });
  const names: string[] = [];
  const events = await tournee.workEvents({
    path: { name: begun.data.id },
    onSseEvent: (event) => void names.push(event.event ?? ""),
  });
  for await (const _ of events.stream);
  const certified = (await tournee.work({ path: { name: begun.data.id }, throwOnError: true })).data;
  const lots = await done(await tournee.closeLots({ body: { code: "1234" } }));
  const files = await tournee.makeFiles({ throwOnError: true });
  const [message] = (await tournee.handOver({ headers: { "Idempotency-Key": "out-1" }, throwOnError: true })).data;
  process.stdout.write(JSON.stringify(message.content) + "\n");
  const noted = await tournee.noteDelivery({
    path: { compostage: message.compostage },
    body: { outcome: "delivered", answer: "250 ok" },
    throwOnError: true,
  });
  let settled = 0;
  for (const content of await line<string[]>()) {
    const body = new Blob([Uint8Array.from(atob(content), (one) => one.charCodeAt(0))]);
    settled += Number((await tournee.takeReturn({ body, throwOnError: true })).data.settled);
  }

  const states: string[] = [];
  let cursor = "";
  do {
    const page = await tournee.invoices({ query: { limit: 1, cursor }, throwOnError: true });
    states.push(page.data.invoices.map((one) => one.state).join());
    cursor = page.data.cursor;
  } while (cursor);
  const { error } = await tournee.invoices({ query: { cursor: "forged" } });
  return {
    priced: priced.data.visits.map((one) => one.fee),
    taken: taken.data.visits.map((one) => [one.reference, one.answer]),
    replayed: [taken, again].map((one) => one.response.headers.get("Idempotency-Replayed")),
    begun: begun.response.status,
    location: begun.response.headers.get("Location") === `/v1/works/${begun.data.id}`,
    events: names,
    certified: (certified.result as tournee.CertifiedVisit[]).map((one) => one.fee),
    lots: (lots.result as tournee.ClosedLot[]).map((one) => one.kind),
    files: files.data.map((one) => one.route),
    noted: noted.data.standing,
    settled,
    pages: states,
    problem: [error?.status, error?.type],
  };
}

day(process.argv[2], process.argv[3]).then((seen) => process.stdout.write(JSON.stringify(seen) + "\n"));
