"""The words of the domain: records, scenarios, errors, statistics, and a run's folder."""
