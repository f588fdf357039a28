"""What tests share: databases, sites, servers, and calendar clients that are not ours."""
