"""What tests share: databases, sites, servers, and readers that are not ours."""
