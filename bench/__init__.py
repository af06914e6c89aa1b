"""What is measured by hand, not asserted: times depend on the machine and its neighbours."""
