"""The pages: takes what people ask with keyboard and mouse, gives HTML that works without any other server."""
