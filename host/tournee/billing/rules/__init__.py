"""What may be billed together, by act and by patient; each refusal is a `Breach`."""
