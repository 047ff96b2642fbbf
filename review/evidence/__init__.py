"""The numbers a paper must defend; pure functions over tables."""
