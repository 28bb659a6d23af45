"""The application: settings, the one place that opens logs and indexes, the command line, supervision."""
