// Tests compare the state of the whole host before and after: one at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
