"""The directory as an Open Referral HSDS 3.0 API, in a published profile for Morocco."""
