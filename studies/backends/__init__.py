"""Three scenarios on every back end of Keras: times, and how right the answers are."""
