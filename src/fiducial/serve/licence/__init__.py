"""Takes a signed licence and a clock, says whether new studies may begin; what runs is never interrupted."""
