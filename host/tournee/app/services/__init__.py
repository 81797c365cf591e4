"""Services around the invoice, asked for the carer: one room a service, and how any of them is asked."""
