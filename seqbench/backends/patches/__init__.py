"""What stands in the place of functions of Keras and TensorFlow; `registry` says where and when."""
