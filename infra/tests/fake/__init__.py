"""Plays Azure on this machine for the scripts' tests; ../fake_azure.py listens."""
