"""Electronic prescriptions: looked up by their number, kept as any other, counted with other carers."""
