"""The texts of agreements, one directory a version; none is ever changed once an agreement was issued by it.

A directory holds template.toml (name, clauses in order), zh.toml and en.toml (every sentence), agreement.typ (layout).
docs/agreement.md tells how a lender writes one of its own.
"""
