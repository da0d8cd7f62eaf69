"""What every target and every runtime keeps: checks over the tables, for those to come as well."""
