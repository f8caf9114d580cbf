"""Label Studio: a local server, a client, and plan, push, status, pull."""
