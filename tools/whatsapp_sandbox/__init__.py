"""A local stand-in for Meta's WhatsApp Cloud API: as strict, as unreliable when told so, and with a phone to look at.

It imports nothing of the assistant: what the two share is Meta's protocol only.
"""
