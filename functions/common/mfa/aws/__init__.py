"""KMS: the signer of access tokens and the cipher of Twilio's token."""
