"""What an invoice costs and who pays which share, in integer cents."""
