"""The admin pages in a real browser: how large it is, how an editor signs in, and what axe looks for."""

from tests.support.admin_site import ANNA

VIEWS = {"phone": {"width": 320, "height": 640}, "desk": {"width": 1280, "height": 800}}
RUN = """async () => {
  document.querySelectorAll('details').forEach(each => { each.open = true; });
  const {violations} = await axe.run(document, {resultTypes: ['violations']});
  return violations.flatMap(each => each.nodes.map(node => `${each.id}: ${node.target}`));
}"""


def local_link(site):
    token = site.app.extensions["calendar-service-editor-sessions"].link_for(ANNA, site.now)
    return f"{site.address}/admin/sign-in/{token}"


def sign_in(page, site):
    page.goto(local_link(site))
    page.click("main button")
    page.wait_for_url(f"{site.address}/admin*")
