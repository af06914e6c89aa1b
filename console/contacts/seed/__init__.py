"""The directory as one YAML file (data/contacts/organizations.yml): read and checked, put into the tables, written."""
