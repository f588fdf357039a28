"""Flask: pages, feeds and the operator's endpoints. The only room that knows HTTP."""
