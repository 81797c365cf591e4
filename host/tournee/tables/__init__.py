"""Files of tables, TOML or JSON: read within bounds, and told by place and line where they are wrong."""
