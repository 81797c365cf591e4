"""`python -m tournee.cli`: the command line where no script was installed."""

from tournee.cli.main import main

main()
