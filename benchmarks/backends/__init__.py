"""Three scenarios on every back end of Keras: training, inference, and how right the answers are."""
