"""What leaves a service: takes files and events into a durable outbox, gives them to PACS and webhooks."""
