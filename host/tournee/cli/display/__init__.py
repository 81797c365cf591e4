"""What is shown: tables and lines for a carer, plain values for a program. It decides nothing."""
