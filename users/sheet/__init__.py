"""The accounts of a capacity as a sheet: out as CSV (BEHAVIOUR U2), and changed there, in again (U9)."""
