"""The use cases, one function each: what every face calls.

`context` holds what they work with; `cards` and `certify` happen at the patient's, `outbound` sends,
`inbound` takes in, `alerts` tells what is left. Private to Tournée: editors call `tournee.api`.
"""
