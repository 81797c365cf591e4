"""`python -m tournee.shift NUMBER`: an agent, at the other end of the socket of that number."""

from tournee.shift.process import main

main()
