# shellcheck shell=bash
# lynx: a browser for terminals, used without one: pages, sources, lists of links, forms, a crawl. The servers are a delayed link away.
build() {
    make clean
    make -j2
}

prepare() {
    mkdir -p "$WORK/local/folder"
    make_text 1 "$WORK/local/text.txt"
    gzip -k "$WORK/local/text.txt"
    cp "$TREE"/test/*.html "$WORK/local/folder"
    cat >"$WORK/serve.py" <<'PY'
"""A web site with pages of many sizes and shapes, and a gopher and a finger server."""
import gzip, http.server, random, socketserver, sys, threading, time, urllib.parse
random.seed(5)
words = open(sys.argv[1], errors="replace").read().translate({ord(c): " " for c in "<>&\"'"}).split()
def text(n): return " ".join(random.choices(words, k=n))
def page(title, body, head=""): return f"<!DOCTYPE html><html><head><title>{title}</title>{head}</head><body><h1>{title}</h1>{body}</body></html>".encode()
def article(n): return "".join(f"<h2 id=s{i}>Part {i}</h2><p align=center>{text(60)} <b>{text(3)}</b> <i>{text(2)}</i> <a href='/page/{i % 30}#s{i}' title='{text(2)}'>{text(2)}</a> &eacute;&amp;&#8364;&nbsp;<br>{text(9)}"
    f"<ul><li>{text(5)}<ul><li>{text(4)}<li>{text(3)}</ul></ul><ol start=4><li>{text(4)}<li>{text(2)}</ol><dl><dt>{text(1)}<dd>{text(8)}</dl><blockquote>{text(20)}</blockquote><hr><pre>{text(9)}\n\t{text(4)}</pre>"
    f"<img src=/i{i}.png alt='picture {i}'><sup>2</sup><del>{text(1)}</del><script>var x = '<p>';</script><!-- {text(4)} -->" for i in range(n))
def table(r, c): return "<table border=1 summary=t><caption>numbers</caption><tr>" + "".join(f"<th>h{i}" for i in range(c)) + "".join("<tr>" + "".join(f"<td {'align=right' if j % 2 else 'colspan=1'}>{random.randrange(10 ** (j % 6))}</td>" for j in range(c)) + "</tr>" for i in range(r)) + "</table>"
form = "<form action=/echo method=%s enctype=%s><input name=a value='1 2'><input type=password name=p><input type=checkbox name=c checked><input type=radio name=r value=x checked><input type=radio name=r value=y><textarea name=t rows=3 cols=20>some\ntext</textarea><select name=s><option>one<option selected>two</select><select multiple name=m><option>1<option>2</select><input type=hidden name=h value=v><input type=submit><input type=reset><input type=file name=f></form>"
pages = {"/": page("Start", "".join(f"<a href=/page/{i}>page {i}</a> " for i in range(30)) + "<a href=/table>t</a><a href=mailto:a@b>mail</a><a href=ftp://x/>f</a>", "<base href=/><link rel=next href=/page/1><meta name=x content=y>"),
    "/table": page("Tables", table(300, 8) + table(20, 3) + f"<table><tr><td>{table(3, 3)}<td>{text(40)}</table>"), "/links": page("Links", "".join(f"<p><a href='http://h{i}.test/{i}?a=b&amp;c={i}'>{text(2)}</a>" for i in range(1500))),
    "/form": page("Forms", form % ("get", "application/x-www-form-urlencoded") + form % ("post", "multipart/form-data") + "<map name=m><area href=/page/1 alt=one><area href=/page/2></map><img usemap=#m src=x>"),
    "/frames": b"<html><head><title>F</title></head><frameset cols=1,2><frame src=/page/1 name=left><frame src=/page/2><noframes>none</noframes></frameset></html>",
    "/bad": page("Bad", "<p><b><i>" + "<div><table><tr><td><font color=red>" * 60 + text(100) + "</b></p></i>&bogus;&#x41;<unknown a=b><p" + "<a href='unclosed>" + text(300)),
    "/chars": "<html><head><meta http-equiv=Content-Type content='text/html; charset=utf-8'><title>Zeichen</title></head><body>".encode() + ("Grüße, Ελληνικά, русский текст, 日本語, “quotes” – €. " * 400).encode(), "/refresh": page("Refresh", "wait", "<meta http-equiv=refresh content='1; url=/page/1'>")}
pages.update({f"/page/{i}": page(f"Page {i}", article(1 + i * i // 12)) for i in range(30)})
class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *a): pass
    def answer(self, data, status=200, kind="text/html", **headers):
        self.send_response(status)
        for k, v in headers.items(): self.send_header(k.replace("_", "-"), v)
        self.send_header("Content-Type", kind); self.send_header("Content-Length", str(len(data))); self.end_headers()
        if self.command != "HEAD": self.wfile.write(data)
    def do_GET(self):
        path, _, query = self.path.partition("?")
        if path == "/gzip": self.answer(gzip.compress(pages["/page/20"]), Content_Encoding="gzip")
        elif path == "/slow":
            self.send_response(200); self.send_header("Content-Type", "text/html"); self.end_headers()
            for i in range(25): self.wfile.write(f"<p>{text(200)}</p>".encode()); time.sleep(0.02)
        elif path == "/move": self.answer(b"", 301, Location="/page/2")
        elif path == "/loop": self.answer(b"", 302, Location="/loop")
        elif path == "/cookie": self.answer(page("Cookie", self.headers.get("Cookie", "none")), Set_Cookie="a=b; path=/; expires=Fri, 01 Jan 2038 00:00:00 GMT")
        elif path == "/private" and not self.headers.get("Authorization"): self.answer(page("No", "no"), 401, WWW_Authenticate='Basic realm="r"')
        elif path == "/text": self.answer(text(30000).encode(), kind="text/plain")
        elif path == "/cut": self.send_response(200); self.send_header("Content-Length", "90000"); self.end_headers(); self.wfile.write(b"<p>cut")
        elif path == "/echo": self.answer(page("Echo", query.replace("&", "&amp;")))
        elif path == "/private": self.answer(page("Private", "yes"))
        elif path in pages: self.answer(pages[path], Last_Modified="Sat, 01 Jan 2022 00:00:00 GMT")
        else: self.answer(page("None", "not here"), 404)
    do_HEAD = do_GET
    def do_POST(self): self.answer(page("Post", urllib.parse.unquote(self.rfile.read(int(self.headers["Content-Length"])).decode())))
class Line(socketserver.StreamRequestHandler):
    def handle(self):
        name = self.rfile.readline().decode().strip()
        self.wfile.write(b"".join(b"%dentry %d\t/%d\t10.77.0.2\t70\r\n" % (i % 2, i, i) for i in range(200)) + b".\r\n" if self.server.server_address[1] == 70 and not name else f"about {name}\r\n".encode() * 50)
socketserver.ThreadingTCPServer.allow_reuse_address = True
for port in (70, 79): threading.Thread(target=socketserver.ThreadingTCPServer(("10.77.0.2", port), Line).serve_forever, daemon=True).start()
http.server.ThreadingHTTPServer(("10.77.0.2", 8000), Handler).serve_forever()
PY
}

work() {
    export HOME=$RUN/home TERM=vt100 LC_ALL=C.UTF-8 LYNX_LSS=$TREE/samples/lynx.lss
    mkdir "$HOME"
    printf 'INCLUDE:%s\nACCEPT_ALL_COOKIES:TRUE\nPERSISTENT_COOKIES:TRUE\nCOOKIE_FILE:%s/cookies\nNO_PROXY:none\n' "$TREE/lynx.cfg" "$HOME" >"$RUN/cfg"
    lynx() { client timeout 60 "$TREE/lynx" -cfg="$RUN/cfg" "$@" </dev/null; }
    local site=http://10.77.0.2:8000 local=$WORK/local i
    start b python3 "$WORK/serve.py" "$WORK/sources" 2>/dev/null
    local server=$!
    wait_for_port b 10.77.0.2 8000
    for i in $(seq 0 29); do lynx -dump $site/page/$i; done | md5sum
    for i in / /table /links /form /frames /bad /chars /refresh /gzip /slow /text /move /cut "/echo?a=b&c=d"; do lynx -dump "$site$i" >"$RUN/page" || true; wc "$RUN/page"; done
    for i in /page/9 /table /gzip /text /slow; do lynx -source $site$i | wc -c; done
    lynx -dump -width=200 $site/table | tail -1
    lynx -dump -nolist -nomargins -width=40 $site/page/25 | wc
    lynx -dump -listonly $site/links | tail -1
    lynx -dump -listonly -nonumbers -unique_urls $site/ | wc -l
    lynx -dump -image_links -hiddenlinks=merge -number_fields $site/form
    lynx -dump -with_backspaces -justify -verbose $site/page/12 | wc
    lynx -dump -head $site/page/3
    lynx -mime_header $site/page/3 | head -5
    lynx -dump -display_charset=iso-8859-1 $site/chars | md5sum
    lynx -dump -display_charset=us-ascii -assume_charset=utf-8 $site/page/20 | md5sum
    lynx -source -preparsed $site/bad | wc
    lynx -dump -prettysrc -source $site/page/5 | wc
    for i in 1 2; do lynx -dump -accept_all_cookies -cookie_file="$HOME/jar" -cookie_save_file="$HOME/jar" $site/cookie; done
    lynx -dump -auth=user:secret $site/private
    lynx -dump -useragent=Lynx-other -noreferer -connect_timeout=5 -read_timeout=20 $site/page/1 | wc
    printf 'a=1&b=two+words\n---\n' | client "$TREE/lynx" -cfg="$RUN/cfg" -post_data -dump $site/echo
    printf 'a=1&b=two\n---\n' | client "$TREE/lynx" -cfg="$RUN/cfg" -get_data -dump $site/echo
    client curl -s $site/page/15 | "$TREE/lynx" -cfg="$RUN/cfg" -dump -stdin | wc
    for i in 1 2 3 4 5 6 7 8; do sleep 0.1; echo "<p>piece $i of what comes slowly"; done | "$TREE/lynx" -cfg="$RUN/cfg" -stdin -dump -force_html | wc
    printf '%s\n' $site/page/1 $site/table | client "$TREE/lynx" -cfg="$RUN/cfg" -dump - | wc
    # files and folders
    for i in "$local/folder"/*.html; do lynx -dump "$i"; lynx -dump -tagsoup -assume_local_charset=utf-8 -display_charset=utf-8 "$i"; done | md5sum
    lynx -dump "$local/text.txt" | wc
    lynx -dump "$local/text.txt.gz" | wc
    lynx -source -force_html "$local/text.txt" | wc
    lynx -dump "file://localhost$local/folder/" | tail -3
    lynx -dump -base "$local/folder/sgml.html" | wc
    # other protocols, many pages at once
    lynx -dump gopher://10.77.0.2/ | tail -2
    lynx -dump gopher://10.77.0.2/0/7 | tail -2
    lynx -dump finger://10.77.0.2/someone | tail -1
    (mkdir "$RUN/crawl" && cd "$RUN/crawl" && lynx -crawl -traversal $site/ | tail -1)
    seq 12 | client xargs -P 4 -I{} "$TREE/lynx" -cfg="$RUN/cfg" -dump "$site/page/{}" | wc
    # what fails
    lynx -dump $site/none | tail -1
    ! lynx -dump http://10.77.0.2:9/
    ! lynx -dump $site/loop
    ! lynx -dump "$local/no-such-file"
    ! lynx -dump http://no-such-host.invalid/
    ! lynx -dump nonsense://x
    lynx -dump $site/private | tail -1 || true
    ! lynx -nonsense
    lynx -help | tail -1
    lynx -version | head -1
    kill "$server"
}
