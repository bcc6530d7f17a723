"""Takes a decision file and gives findings: rules that cannot do what they are there for, with proof or example.

Built-ins: broken-promises, equal-rules, exact-equality, idle-parts, idle-rules, impossible-filters, one-sided-rules,
out-of-range, unread-names, unset-findings.
"""
