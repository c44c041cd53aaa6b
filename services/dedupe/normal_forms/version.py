"""The version of all normal forms together."""

# Raised whenever any form of any value changes: stored match codes and blocking keys of another version are rebuilt.
NORMAL_FORM_VERSION = 1
