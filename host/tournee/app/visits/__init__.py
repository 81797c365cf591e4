"""A carer's visits before they are billed: imported, priced, told apart, without card or on another."""
