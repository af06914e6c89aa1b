"""What the assistant understands, measured: the scorecard (`make eval`), other classifiers, public benchmarks."""
