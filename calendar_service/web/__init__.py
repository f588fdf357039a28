"""Flask: pages, feeds and the operator's endpoints. The only package that knows HTTP."""
