"""The laboratory's table: zones, mail domains, what their servers do, and what a check of them must say.

One line a zone, one line a domain:

    zone("expired.test", "expired")
    mail("ta-spki", tlsa="2 1 1", status=0, rule="RFC 7671 §5.2")

mail(name, …) makes a domain of that name (below secure.test where it ends in no zone) with one MX, mx.<name>, on addresses of
its own, and a server there. What may be said of it:

  mx=     "10 mx" (relative to the domain), "10 other.secure.test.", several by "; "; "null"; "none" (implicit)
  addr=   "46" (both families, the default), "4", "6", or addresses by ", "; "cname NAME" makes the MX host an alias; "-" none
  also=   an address beside those of addr, or a host whose addresses to add
  tlsa=   "U S M" for what the certificate asks for, several by "; "; with a word behind it:
          next (a key not yet in use), wrong, short (digest too short), root, issuer (instead of the leaf, or where usage 2 means
          the other), rsa or ec (of a server with both); or "U S M hex". None: no record
  tlsa_at="cname": an alias stands at _25._tcp.<host>, the records elsewhere in the domain; "cname ZONE": in that zone; "cname NAME"
          without tlsa=: to that name
  ports=  where server and TLSA are; 25 by default. Several by ", "
  cert=   see certificates.py: ec (default), rsa, both, root-sent, leaf-only, self-signed, expired, …
  server= a behaviour of smtp_faults.py, "postfix", "closed" (nobody listens), "dead" (SYN is dropped)
  sig=    state of the signatures of "mx", "a", "tlsa" or "denial" (of types at _25._tcp): "a expired; tlsa bogus"
  more=   further lines for the zone file, names relative to the domain
  status= what `smdane check` must answer (nothing is expected where it is absent); opportunistic= with --opportunistic, where that
          differs; days= with --days 14, where that differs; rule= why
  verdict= its verdict, where it is not the usual one of that status; clause= one that it must cite, where it is not the rule

web(host, …) makes a web server on 80 and 443, which serves $LAB_RUN/www/<host>/ to begin with what files= has ({path: text}):

  cert=   as above
  nginx=  further lines of its server block
  server= "nginx", a behaviour of https_faults.py, "closed", "dead", or "own": nobody listens yet, as a test has its own server for it

policy(name, …) makes a mail domain as mail() does and what MTA-STS needs beside it:

  txt=    records at _mta-sts.<name>, several by newlines; None: none
  body=   of the policy; None: none. {mx} stands for the MX host. The default is enforce, for one day
  web=    options of web("mta-sts.<name>", …); None: there is no such host
  check=  what `smmtasts check` must answer; lookup= what `smmtasts lookup` must, where that is another; postfix= what `smmtasts postfix` must print, or the status with which it prints nothing
"""

import sys

zones = {}
mails = []
webs = []
policies = []


def zone(name, kind="signed", **more):
    """kind: signed, nsec3, optout, unsigned, island (signed, no DS), bogus, expired, future, soon (signatures end within five
    days), bad-ds, stripped (DS, but served unsigned), unknown (DS of an algorithm that nobody knows). authority=: the
    zone is delegated to a behaviour of dns_faults.py that stands before the real server. split=True: one of its two servers
    has older data, without the records marked next."""
    zones[name + "."] = dict(kind=kind, authority=None, split=False) | more


def mail(name, **more):
    row = dict(
        mx="10 mx", addr="46", also="", tlsa=None, tlsa_at="", ports="25", cert="ec", server="ok", sig="", more="", status=None,
        opportunistic=None, days=None, rule="", verdict=None, clause=None,
    )
    assert not set(more) - set(row), (name, more)
    row |= more
    longest = max((z for z in zones if ("." + name + ".").endswith("." + z) and z != "."), key=len, default=None)
    # What a record that matches is cited for; anything else by its rule.
    row["verdict"] = row["verdict"] or {0: "protected", 1: "failed", 2: "no-dane", 75: "not-tested", None: ""}[row["status"]]
    row["clause"] = row["clause"] or row["rule"]
    if row["status"] == 0:
        row["clause"] = "RFC 7672 §3.1.2" if (row["tlsa"] or "3").startswith("2") else "RFC 7672 §3.1.1"
    row["name"] = name + "." if longest else name + ".secure.test."
    row["zone"] = longest or "secure.test."
    mails.append(row)


def web(host, **more):
    row = dict(cert="ec", nginx="", server="nginx", files={}, name=host + ".")
    assert not set(more) - set(row), (host, more)
    webs.append(row | more)


BODY = "version: STSv1\r\nmode: {mode}\r\nmx: {mx}\r\nmax_age: {age}\r\n"


def body(mode="enforce", mx="{mx}", age=86400, end="\r\n"):
    return BODY.format(mode=mode, mx=mx, age=age).replace("\r\n", end)


TXT = "v=STSv1; id=20260101T000000;"
OBEYS = "secure match=mx.{name}.secure.test servername=hostname"


def policy(name, txt=TXT, body=body(), web={}, check=None, lookup=None, postfix=None, rule="", **more):
    full = name + ".secure.test"
    lines = [f'_mta-sts TXT "{line}"' if '"' not in line else f"_mta-sts TXT {line}" for line in txt.split("\n")] if txt is not None else []
    mail(name, more="\n".join(lines + [more.pop("more", "")]), **more)
    if web is not None:
        files = {} if body is None else {"/.well-known/mta-sts.txt": body.replace("{mx}", f"mx.{full}")}
        globals()["web"](f"mta-sts.{full}", **({"files": files} | web))
    postfix = postfix.replace("{name}", name) if isinstance(postfix, str) else postfix
    policies.append(dict(name=full, check=check, lookup=check if lookup is None else lookup, postfix=postfix, rule=rule))


# Zones. The root and the top-level domains are on servers of their own, so that a child is only reached through its delegation.
zone("")
for name in ("test", "org", "com", "net"):
    zone(name)
zone("secure.test")
zone("nsec3.test", "nsec3")
zone("optout.test", "optout")
zone("unsigned.test", "unsigned")
zone("island.test", "island")
zone("bogus.test", "bogus")
zone("expired.test", "expired")
zone("future.test", "future")
zone("soon.test", "soon")
zone("bad-ds.test", "bad-ds")
zone("stripped.test", "stripped")
zone("unknown.test", "unknown")
zone("split.test", split=True)
zone("lame.test", authority="auth-refused")
zone("servfail.test", authority="auth-servfail")
zone("tlsa-servfail.test", authority="tlsa-servfail")
zone("tlsa-refused.test", authority="tlsa-refused")
zone("tlsa-silent.test", authority="tlsa-silent")
zone("tlsa-notimp.test", authority="tlsa-notimp")
zone("example.org")
zone("example.net", "unsigned")
zone("example.com")
zone("many.test")

# TLSA of every kind.
mail("ee-spki", tlsa="3 1 1", status=0, rule="RFC 7672 §3.1.1")
mail("ee-cert", tlsa="3 0 1", status=0, rule="RFC 7672 §3.1.1")
mail("ee-spki-512", tlsa="3 1 2", status=0, rule="RFC 7671 §5.1")
mail("ee-cert-512", tlsa="3 0 2", status=0, rule="RFC 7671 §5.1")
mail("ee-spki-full", tlsa="3 1 0", status=0, rule="RFC 7671 §5.1")
mail("ee-cert-full", tlsa="3 0 0", status=0, rule="RFC 7671 §5.1")
mail("ta-spki", tlsa="2 1 1", status=0, rule="RFC 7672 §3.1.2")
mail("ta-cert", tlsa="2 0 1", status=0, rule="RFC 7672 §3.1.2")
mail("ta-root-sent", tlsa="2 0 1 root", cert="root-sent", status=0, rule="RFC 7672 §3.1.2")
mail("ta-root-not-sent", tlsa="2 0 1 root", status=1, rule="RFC 7671 §5.2.2", clause="RFC 7672 §2.2")
mail("ta-root-full", tlsa="2 0 0 root", status=0, rule="RFC 7671 §5.2.3")
mail("ta-leaf-only", tlsa="2 1 1", cert="leaf-only", status=1, rule="RFC 7672 §3.1.2", clause="RFC 7672 §2.2")
mail("rollover", tlsa="3 1 1; 3 1 1 next", status=0, rule="RFC 7671 §8.1")
mail("rollover-ta", tlsa="3 1 1; 2 1 1", status=0, rule="RFC 7671 §8.4")
mail("mismatch", tlsa="3 1 1 wrong", status=1, rule="RFC 7672 §2.2")
mail("mismatch-two", tlsa="3 1 1 wrong; 3 1 1 next", status=1, rule="RFC 7672 §2.2")
mail("mismatch-ta", tlsa="2 1 1 wrong", status=1, rule="RFC 7672 §2.2")
mail("short", tlsa="3 1 1 short", status=1, rule="RFC 7672 §2.2", verdict="unusable")
mail("empty-digest", tlsa="3 1 1 00", status=1, rule="RFC 7672 §2.2", verdict="unusable")
mail("type-unknown", tlsa="3 1 9 0102030405060708", status=1, rule="RFC 7672 §2.2", verdict="unusable")
mail("selector-unknown", tlsa="3 7 1", status=1, rule="RFC 7672 §2.2", verdict="unusable")
mail("usage-unknown", tlsa="9 1 1", status=1, rule="RFC 7672 §2.2", verdict="unusable")
mail("type-0-garbage", tlsa="3 0 0 deadbeef", status=1, rule="RFC 7672 §2.2", verdict="unusable")
mail("pkix-ta", tlsa="0 0 1", status=1, rule="RFC 7672 §3.1.3", verdict="unusable")
mail("pkix-ee", tlsa="1 1 1", status=1, rule="RFC 7672 §3.1.3", verdict="unusable")
mail("pkix-and-ee", tlsa="1 1 1; 3 1 1", status=0, rule="RFC 7672 §3.1.3")
mail("short-and-ee", tlsa="3 1 1 short; 3 1 1", status=0, rule="RFC 7672 §2.2")
mail("pkix-and-wrong", tlsa="1 1 1; 3 1 1 wrong", status=1, rule="RFC 7672 §2.2")
mail("fifty", tlsa="; ".join(["3 1 1"] + ["3 1 1 %064x" % n for n in range(1, 50)]), status=0, rule="RFC 7766 §5")

# Names and dates: not looked at with usage 3, all of them with usage 2.
mail("ee-expired", tlsa="3 1 1", cert="expired", status=0, rule="RFC 7672 §3.1.1")
mail("ee-not-yet", tlsa="3 1 1", cert="not-yet", status=0, rule="RFC 7672 §3.1.1")
mail("ee-wrong-name", tlsa="3 1 1", cert="wrong-name", status=0, rule="RFC 7672 §3.1.1")
mail("ee-self-signed", tlsa="3 1 1", cert="self-signed", status=0, rule="RFC 7672 §3.1.1")
mail("ta-expired", tlsa="2 1 1", cert="expired", status=1, rule="RFC 7672 §3.1.2")
mail("ta-not-yet", tlsa="2 1 1", cert="not-yet", status=1, rule="RFC 7672 §3.1.2")
mail("ta-wrong-name", tlsa="2 1 1", cert="wrong-name", status=1, rule="RFC 7672 §3.2.3")
mail("ta-domain-name", tlsa="2 1 1", cert="domain-name", status=0, rule="RFC 7672 §3.2.2")
mail("ta-wildcard", tlsa="2 1 1", cert="wildcard", status=0, rule="RFC 7672 §3.2.3")
# The wildcard of the parent fits the next hop, which counts too; one more label up it fits nothing.
mail("ta-wildcard-next-hop", tlsa="2 1 1", cert="wildcard-parent", status=0, rule="RFC 7672 §3.2.2")
mail("a.ta-wildcard-deep", tlsa="2 1 1", cert="wildcard-grandparent", status=1, rule="RFC 7672 §3.2.3")
mail("ta-self-signed", tlsa="2 1 1 leaf", cert="self-signed", status=1, rule="RFC 7671 §5.2", clause="RFC 7672 §2.2")
mail("ta-soon", tlsa="2 1 1", cert="soon", status=0, days=1, rule="RFC 7672 §3.1.2")
mail("ee-soon", tlsa="3 1 1", cert="soon", status=0, rule="RFC 7672 §3.1.1")

# Both kinds of key.
mail("rsa-only", tlsa="3 1 1", cert="rsa", server="postfix", status=0, rule="RFC 7671 §5.1")
mail("ec-only", tlsa="3 1 1", cert="ec", server="postfix", status=0, rule="RFC 7671 §5.1")
mail("both-keys", tlsa="3 1 1 rsa; 3 1 1 ec", cert="both", server="postfix", status=0, rule="RFC 7671 §8")
mail("both-keys-one-tlsa", tlsa="3 1 1 ec", cert="both", server="postfix", status=1, rule="RFC 7671 §8", clause="RFC 7672 §2.2")
mail("both-keys-rsa-tlsa", tlsa="3 1 1 rsa", cert="both", server="postfix", status=1, rule="RFC 7671 §8", clause="RFC 7672 §2.2")
mail("both-keys-ta", tlsa="2 1 1", cert="both", server="postfix", status=0, rule="RFC 7672 §3.1.2")
mail("postfix-mismatch", tlsa="3 1 1 wrong", cert="rsa", server="postfix", status=1, rule="RFC 7672 §2.2")
mail("postfix-wrong-name", tlsa="2 1 1", cert="wrong-name", server="postfix", status=1, rule="RFC 7672 §3.2.3")
mail("postfix-plain", tlsa="3 1 1", server="postfix-plain", status=1, rule="RFC 7672 §2.2")
mail("postfix-tls1", tlsa="3 1 1", server="postfix-tls1", status=1, rule="RFC 8996 §4")

# MX: null, implicit, missing, several, alias.
mail("null-mx", mx="null", addr="-", status=2, rule="RFC 7505 §3", verdict="null-mx")
mail("implicit", mx="none", tlsa="3 1 1", status=0, rule="RFC 7672 §2.2.1")
mail("implicit-plain", mx="none", status=2, rule="RFC 7672 §2.2.1", clause="RFC 7672 §2.2")
mail("no-mail", mx="none", addr="-", more='@ TXT "neither MX nor address"', status=2, rule="RFC 5321 §5.1", verdict="no-mail")
mail("missing", mx="-", addr="-", status=2, rule="RFC 5321 §5.1", verdict="no-mail")
mail("mx-missing", mx="10 nobody", addr="-", status=2, rule="RFC 5321 §5.1", verdict="no-mail")
mail("mx-no-address", mx="10 mx", addr="-", more='mx TXT "no address"', status=2, rule="RFC 5321 §5.1", verdict="no-mail")
mail("two-mx", mx="10 mx; 20 mx.ee-cert.secure.test.", tlsa="3 1 1", status=0, rule="RFC 7672 §2.2.1")
mail("two-mx-one-plain", mx="10 mx; 20 mx.plain.secure.test.", tlsa="3 1 1", status=1, rule="RFC 7672 §2.2.1", verdict="partial")
mail("two-mx-one-wrong", mx="10 mx; 20 mx.mismatch.secure.test.", tlsa="3 1 1", status=1, rule="RFC 7672 §2.2.1", clause="RFC 7672 §2.2")
mail("two-mx-one-closed", mx="10 mx; 20 mx.closed.secure.test.", tlsa="3 1 1", status=75, rule="RFC 7672 §2.2", clause="RFC 5321 §5.1")
mail("two-mx-one-unsigned", mx="10 mx; 20 mx.plain.unsigned.test.", tlsa="3 1 1", status=1, rule="RFC 7672 §2.2.2", verdict="partial")
mail("ten-mx", mx="; ".join(["10 mx"] + ["%d mx.ee-cert.secure.test." % n for n in range(20, 30)]), tlsa="3 1 1", status=0, rule="RFC 5321 §5.1")
mail("alias", addr="cname mx.ee-spki.secure.test.", status=0, rule="RFC 7672 §2.2.2")
mail("alias-own", addr="cname mx.plain.secure.test.", tlsa="3 1 1", status=0, rule="RFC 7672 §2.2.2")
mail("alias-unsigned", addr="cname mx.plain.unsigned.test.", tlsa="3 1 1", status=0, rule="RFC 7672 §2.2.2")
mail("alias-unsigned-plain", addr="cname mx.plain.unsigned.test.", status=2, rule="RFC 7672 §2.2.2")
mail("alias-from-unsigned.unsigned.test", addr="cname mx.ee-spki.secure.test.", status=2, rule="RFC 7672 §2.2.2")
mail("alias-loop", addr="cname mx.alias-loop.secure.test.", status=75, rule="RFC 7672 §2.1.2")
mail("alias-bogus", addr="cname mx.plain.bogus.test.", status=1, rule="RFC 7672 §2.1.2", verdict="bogus")
mail("tlsa-alias", tlsa="3 1 1", tlsa_at="cname", status=0, rule="RFC 7671 §7")
mail("tlsa-alias-unsigned", tlsa="3 1 1", tlsa_at="cname unsigned.test.", status=2, rule="RFC 7672 §2.1.1")
mail("tlsa-alias-bogus", tlsa="3 1 1", tlsa_at="cname bogus.test.", status=1, rule="RFC 7672 §2.1.2", verdict="bogus")
mail("tlsa-alias-missing", tlsa_at="cname missing.secure.test.", status=2, rule="RFC 7672 §2.1.2", clause="RFC 7672 §2.2")
mail("wildcard", mx="-", addr="-", more="*.w MX 10 mx.ee-spki.secure.test.", status=2, rule="RFC 4592 §2", verdict="no-mail", clause="RFC 5321 §5.1")
mail("x.w.wildcard", mx="-", addr="-", status=0, rule="RFC 4592 §2")
mail("tlsa-wildcard", more="*._tcp.mx TLSA 3 1 1 {leaf-spki}", status=0, rule="RFC 4592 §2")
mail("tlsa-dname", more="_tcp.mx DNAME _tcp.mx.ee-spki.secure.test.", status=1, rule="RFC 6672 §2", clause="RFC 7672 §2.2")
mail("xn--bcher-kva", tlsa="3 1 1", status=0, rule="RFC 7672 §3.2.2")
mail("plain", status=2, rule="RFC 7672 §2.2")
mail("caa", tlsa="3 1 1", more='@ CAA 0 issue "ca.test"\n@ CAA 128 iodef "mailto:caa@caa.secure.test"', status=0, rule="RFC 8659 §4")
mail("big", tlsa="3 1 1", more="@ TXT " + " ".join('"%s"' % (chr(97 + n % 26) * 250) for n in range(36)), status=0, rule="RFC 7766 §5")

# Zones of each kind.
for kind in ("nsec3", "optout"):
    mail("dane.%s.test" % kind, tlsa="3 1 1", status=0, rule="RFC 5155 §8")
    mail("plain.%s.test" % kind, status=2, rule="RFC 7672 §2.1.2", clause="RFC 7672 §2.2")
    mail("wrong.%s.test" % kind, tlsa="3 1 1 wrong", status=1, rule="RFC 7672 §2.2")
for kind in ("unsigned", "island", "unknown"):
    mail("plain.%s.test" % kind, status=2, rule="RFC 7672 §2.2.1")
    mail("dane.%s.test" % kind, tlsa="3 1 1", status=2, rule="RFC 7672 §2.2.1")
    mail("elsewhere.%s.test" % kind, mx="10 mx.ee-spki.secure.test.", addr="-", status=2, opportunistic=0, rule="RFC 7672 §2.2.1", verdict="opportunistic")
    mail("wrong.%s.test" % kind, mx="10 mx.mismatch.secure.test.", addr="-", status=1, rule="RFC 7672 §2.2.1")
for kind in ("bogus", "expired", "future", "bad-ds", "stripped"):
    mail("plain.%s.test" % kind, status=1, rule="RFC 7672 §2.1.2", verdict="bogus")
    mail("dane.%s.test" % kind, tlsa="3 1 1", status=1, rule="RFC 7672 §2.1.2", verdict="bogus")
    mail("mx-in-%s" % kind, mx="10 mx.dane.%s.test." % kind, addr="-", status=1, rule="RFC 7672 §2.1.2", verdict="bogus")
mail("dane.soon.test", tlsa="3 1 1", status=0, days=1, rule="RFC 4035 §5.3.1")
mail("mx-in-soon", mx="10 mx.dane.soon.test.", addr="-", status=0, days=1, rule="RFC 4035 §5.3.1")

# Signatures of single RRsets.
for what in ("mx", "a", "tlsa"):
    for state in ("bogus", "expired"):
        mail("%s-%s" % (what, state), tlsa="3 1 1", sig="%s %s" % (what, state), status=1, rule="RFC 7672 §2.1.2", verdict="bogus")
    mail("%s-soon" % what, tlsa="3 1 1", sig="%s soon" % what, status=0, days=1, rule="RFC 4035 §5.3.1")
mail("denial-bogus", sig="denial bogus", status=1, rule="RFC 7672 §2.1.2", verdict="bogus")
mail("dane-denial-bogus", tlsa="3 1 1", sig="denial bogus", status=0, rule="RFC 7672 §2.1.2")

# Servers of zones that answer badly.
mail("dane.lame.test", tlsa="3 1 1", status=75, rule="RFC 7672 §2.1.2")
mail("dane.servfail.test", tlsa="3 1 1", status=75, rule="RFC 7672 §2.1.2")
mail("mx-in-servfail", mx="10 mx.dane.servfail.test.", addr="-", status=75, rule="RFC 7672 §2.1.2")
for fault in ("servfail", "refused", "silent", "notimp"):
    mail("plain.tlsa-%s.test" % fault, status=75, rule="RFC 7672 §2.1.2")
mail("two-mx-one-servfail", mx="10 mx; 20 mx.plain.tlsa-servfail.test.", tlsa="3 1 1", status=75, rule="RFC 7672 §2.1.2")
mail("dane.split.test", tlsa="3 1 1; 3 1 1 next", status=0, rule="RFC 7671 §8.1")

# Addresses.
mail("only-4", addr="4", tlsa="3 1 1", status=0, rule="RFC 5321 §5.2")
mail("only-6", addr="6", tlsa="3 1 1", status=0, rule="RFC 5321 §5.2")
mail("no-route-4", addr="198.51.100.25", tlsa="3 1 1", status=75, rule="RFC 5321 §5.1")
mail("no-route-6", addr="2001:db8::25", tlsa="3 1 1", status=75, rule="RFC 5321 §5.1")
mail("half-no-route-6", addr="4", also="2001:db8::25", tlsa="3 1 1", status=75, rule="RFC 5321 §5.1")
mail("dead", tlsa="3 1 1", server="dead", status=75, rule="RFC 5321 §5.1")
mail("closed", tlsa="3 1 1", server="closed", status=75, rule="RFC 5321 §5.1")
mail("closed-plain", server="closed", status=2, rule="RFC 7672 §2.2")
mail("half-closed", also="127.25.255.1", tlsa="3 1 1", status=75, rule="RFC 5321 §5.1")
mail("half-wrong", also="mx.rsa-only.secure.test", tlsa="3 1 1", status=1, rule="RFC 7672 §2.2")

# What a server may do instead of STARTTLS.
mail("multi-line", tlsa="3 1 1", server="multi-line", status=0, rule="RFC 5321 §4.2.1")
mail("small-pieces", tlsa="3 1 1", server="small-pieces", status=0, rule="RFC 5321 §4.2")
mail("lower-case", tlsa="3 1 1", server="lower-case", status=0, rule="RFC 5321 §2.4")
mail("no-quit", tlsa="3 1 1", server="no-quit", status=0, rule="RFC 5321 §4.1.1.10")
mail("quit-stall", tlsa="3 1 1", server="quit-stall", status=0, rule="RFC 5321 §4.1.1.10")
mail("no-starttls", tlsa="3 1 1", server="no-starttls", status=1, rule="RFC 7672 §2.2")
mail("no-starttls-plain", server="no-starttls", status=2, rule="RFC 7672 §2.2")
mail("ehlo-refused", tlsa="3 1 1", server="ehlo-refused", status=1, rule="RFC 7672 §2.2")
mail("starttls-502", tlsa="3 1 1", server="starttls-502", status=1, rule="RFC 3207 §4")
mail("starttls-454", tlsa="3 1 1", server="starttls-454", status=75, rule="RFC 3207 §4")
mail("inject", tlsa="3 1 1", server="inject", status=1, rule="RFC 3207 §6")
mail("tls-1-0", tlsa="3 1 1", server="tls-1-0", status=1, rule="RFC 8996 §4")
mail("tls-1-1", tlsa="3 1 1", server="tls-1-1", status=1, rule="RFC 8996 §4")
mail("tls-1-2", tlsa="3 1 1", server="tls-1-2", status=0, rule="RFC 8996 §5")
mail("tls-1-3", tlsa="3 1 1", server="tls-1-3", status=0, rule="RFC 8996 §5")
mail("sni", tlsa="3 1 1", server="sni", status=0, rule="RFC 7672 §2.2.3")
mail("alias-sni", addr="cname mx.sni.secure.test.", status=0, rule="RFC 7672 §2.2.3")
mail("greeting-554", tlsa="3 1 1", server="greeting-554", status=75, rule="RFC 5321 §3.1")
mail("greeting-421", tlsa="3 1 1", server="greeting-421", status=75, rule="RFC 5321 §3.8", clause="RFC 5321 §4.2.1")
mail("greylist", tlsa="3 1 1", server="greylist", status=75, rule="RFC 6647 §2.1", clause="RFC 5321 §4.2.1")
mail("ehlo-421", tlsa="3 1 1", server="ehlo-421", status=75, rule="RFC 5321 §3.8", clause="RFC 5321 §4.2.1")
mail("one-connection", tlsa="3 1 1", server="one-connection", rule="RFC 5321 §4.5.4.1")
mail("rate-limit", tlsa="3 1 1", server="rate-limit", rule="RFC 5321 §4.5.4.1")
mail("stall-greeting", tlsa="3 1 1", server="stall-greeting", status=75, rule="RFC 5321 §4.5.3.2.1", clause="RFC 5321 §4.5.3.2")
mail("stall-ehlo", tlsa="3 1 1", server="stall-ehlo", status=75, rule="RFC 5321 §4.5.3.2")
mail("stall-handshake", tlsa="3 1 1", server="stall-handshake", status=75, rule="RFC 5321 §4.5.3.2")
mail("drip", tlsa="3 1 1", server="drip", status=75, rule="RFC 5321 §4.5.3.2")
mail("long-line", tlsa="3 1 1", server="long-line", status=75, rule="RFC 5321 §4.5.3.1.5", clause="RFC 5321 §4.2")
mail("endless-reply", tlsa="3 1 1", server="endless-reply", status=75, rule="RFC 5321 §4.2.1", clause="RFC 5321 §4.2")
mail("garbage", tlsa="3 1 1", server="garbage", status=75, rule="RFC 5321 §4.2")
mail("close-greeting", tlsa="3 1 1", server="close-greeting", status=75, rule="RFC 5321 §3.8")
mail("close-starttls", tlsa="3 1 1", server="close-starttls", status=75, rule="RFC 5321 §3.8")
mail("close-handshake", tlsa="3 1 1", server="close-handshake", status=75, rule="RFC 7672 §2.2")
mail("not-tls", tlsa="3 1 1", server="not-tls", status=75, rule="RFC 7672 §2.2")
mail("close-tls", tlsa="3 1 1", server="close-tls", status=0, rule="RFC 7672 §2.2")

# Other ports: 465 and 993 at once with TLS, 143 and 110 after STARTTLS or STLS, 587 like 25.
mail("ports", tlsa="3 1 1", ports="25, 465, 587, 143, 993, 110", status=0, rule="RFC 6698 §3")
mail("ports-wrong", tlsa="3 1 1 wrong", ports="25, 465, 587, 143, 993, 110", status=1, rule="RFC 6698 §3", clause="RFC 7672 §2.2")
mail("ports-no-starttls", tlsa="3 1 1", server="no-starttls", ports="25, 587, 143, 110", status=1, rule="RFC 7672 §2.2")
mail("ports-inject", tlsa="3 1 1", server="inject", ports="25, 587, 143, 110", status=1, rule="RFC 3207 §6")

# Domains of the documentation.
mail("example.org", tlsa="3 1 1 rsa; 3 1 1 ec", cert="both", status=0, server="postfix", rule="RFC 7672 §2.2")
mail("example.net", status=2, rule="RFC 7672 §2.2.1")
mail("example.com", tlsa="3 1 1; 2 1 1", ports="25, 465", more=f'_mta-sts TXT "{TXT}"', status=0, rule="RFC 7672 §2.2")
web("mta-sts.example.com", files={"/.well-known/mta-sts.txt": body(mx="mx.example.com")})

# Many of a kind, for figures: one server, an address each.
for number in range(300):
    mail("d%03d.many.test" % number, addr="4", tlsa="3 1 1", cert="shared", server="many", status=0)

# MTA-STS: policies that hold.
SILENT = 2  # `smmtasts postfix` prints nothing
policy("sts-enforce", check=0, postfix=OBEYS, rule="RFC 8461 §3.2")
policy("sts-testing", body=body("testing"), check=0, postfix=SILENT, rule="RFC 8461 §5")
policy("sts-none", body=body("none"), check=0, postfix=SILENT, rule="RFC 8461 §5")
policy("sts-none-no-mx", body="version: STSv1\nmode: none\nmax_age: 86400\n", check=0, postfix=SILENT, rule="RFC 8461 §3.2")
policy("sts-lf", body=body(end="\n"), check=0, postfix=OBEYS, rule="RFC 8461 §3.2")
policy("sts-no-last-line-end", body=body().rstrip(), check=0, postfix=OBEYS, rule="RFC 8461 §3.2")
policy("sts-wildcard", body=body(mx="*.sts-wildcard.secure.test"), check=0, postfix="secure match=.sts-wildcard.secure.test servername=hostname", rule="RFC 8461 §4.1")
policy("sts-unknown-key", body=body() + "colour: blue\r\n", check=0, postfix=OBEYS, rule="RFC 8461 §3.2")
policy("sts-repeated-key", body=body() + "mode: none\r\n", check=0, postfix=OBEYS, rule="RFC 8461 §3.2")
policy("sts-age-capped", body=body(age=9999999999), check=0, postfix=OBEYS, rule="RFC 8461 §3.2")
policy("sts-split-txt", txt='"v=STSv1; id=" "2026;"', check=0, postfix=OBEYS, rule="RFC 8461 §3.1")
policy("sts-other-txt", txt=TXT + "\nv=spf1 -all", check=0, postfix=OBEYS, rule="RFC 8461 §3.1")
policy("sts-txt-alias", txt=None, more="_mta-sts CNAME _mta-sts.sts-enforce.secure.test.", check=0, postfix=OBEYS, rule="RFC 8461 §3.1")
policy("sts-tlsrpt", more='_smtp._tls TXT "v=TLSRPTv1; rua=mailto:tls@sts-tlsrpt.secure.test"', check=0, postfix=OBEYS, rule="RFC 8460 §3")
policy("sts-wildcard-certificate", web=dict(cert="wildcard"), check=0, postfix=OBEYS, rule="RFC 8461 §3.3")
policy("sts-html-type", web=dict(nginx="types {} default_type text/html;"), check=0, postfix=OBEYS, rule="RFC 8461 §3.2")
policy("sts-dane", tlsa="3 1 1", check=0, postfix="dane-only", rule="RFC 8461 §2")
policy("sts-dane-wrong", tlsa="3 1 1 wrong", check=1, lookup=0, postfix="dane-only", rule="RFC 8461 §2")
policy("sts-dane-unusable", tlsa="1 1 1", check=0, lookup=0, postfix=OBEYS, rule="RFC 8461 §2")
policy("sts-dane-half", mx="10 mx; 20 mx.plain.secure.test.", tlsa="3 1 1", body=body(mx="{mx}\r\nmx: mx.plain.secure.test"), check=0, postfix="dane-only", rule="RFC 8461 §2")
policy("sts-dane-half-testing", mx="10 mx; 20 mx.plain.secure.test.", tlsa="3 1 1", body=body("testing", mx="{mx}\r\nmx: mx.plain.secure.test"), check=0, postfix="dane", rule="RFC 8461 §2")
policy("sts-dane-bogus", tlsa="3 1 1", sig="tlsa bogus", check=1, lookup=0, postfix=75, rule="RFC 8461 §2")

# TXT.
policy("sts-no-txt", txt=None, check=2, postfix=SILENT, rule="RFC 8461 §3.1")
for name, txt in (
    ("two", TXT + "\nv=STSv1; id=2;"),
    ("no-id", "v=STSv1;"),
    ("long-id", "v=STSv1; id=%s;" % ("1" * 33)),
    ("bad-id", "v=STSv1; id=2026-01-01;"),
    ("version", "v=STSv2; id=1;"),
    ("space", "v=STSv1 ; id=1;"),
    ("case", "V=stsv1; id=1;"),
):
    policy("sts-txt-" + name, txt=txt, check=1 if name not in ("version", "space", "case") else 2, postfix=SILENT, rule="RFC 8461 §3.1")
policy("sts-txt-servfail", txt=None, more="_mta-sts CNAME _x.tlsa-servfail.test.", check=75, postfix=SILENT, rule="RFC 8461 §3.3")
policy("sts-txt-bogus", txt=None, more="_mta-sts CNAME _mta-sts.plain.bogus.test.", check=75, postfix=SILENT, rule="RFC 8461 §3.3")
policy("sts-tlsrpt-two", more='_smtp._tls TXT "v=TLSRPTv1; rua=mailto:a@example.org"\n_smtp._tls TXT "v=TLSRPTv1; rua=mailto:b@example.org"', check=0, postfix=OBEYS, rule="RFC 8460 §3")
policy("sts-tlsrpt-bad", more='_smtp._tls TXT "v=TLSRPTv1; rua=tls@example.org"', check=0, postfix=OBEYS, rule="RFC 8460 §3")
policy("sts-testing-unreported", body=body("testing"), check=0, postfix=SILENT, rule="RFC 8460 §3")
policy("sts-web-soon", web=dict(cert="soon"), check=0, postfix=OBEYS, rule="RFC 8461 §3.3")
policy("sts-web-no-type", web=dict(nginx='types {} default_type "";'), check=0, postfix=OBEYS, rule="RFC 8461 §3.2")

# The policy's host.
policy("sts-no-host", web=None, check=1, postfix=SILENT, rule="RFC 8461 §3.3")
for name, options in (
    ("404", dict(files={})),
    ("500", dict(nginx="return 500;")),
    ("204", dict(nginx="return 204;")),
    ("301", dict(nginx="return 301 https://mta-sts.sts-enforce.secure.test$request_uri;")),
    ("302", dict(nginx="location = /.well-known/mta-sts.txt { return 302 /elsewhere.txt; }", files={"/elsewhere.txt": body()})),
    ("expired", dict(cert="expired")),
    ("not-yet", dict(cert="not-yet")),
    ("self-signed", dict(cert="self-signed")),
    ("other-ca", dict(cert="other-ca")),
    ("leaf-only", dict(cert="leaf-only")),
    ("wrong-name", dict(cert="wrong-name")),
    ("wildcard-parent", dict(cert="wildcard-parent")),
    ("cn-only", dict(cert="cn-only")),
    ("tls-1-1", dict(server="tls-1-1")),
    ("http", dict(server="http")),
    ("endless", dict(server="endless")),
    ("big", dict(files={"/.well-known/mta-sts.txt": body() + "x: " + "y" * 65536 + "\r\n"})),
    ("long-length", dict(server="long-length")),
    ("header-flood", dict(server="header-flood")),
    ("gzip-bomb", dict(server="gzip-bomb")),
    ("garbage", dict(server="garbage")),
    ("empty-reply", dict(server="close")),
    ("short-body", dict(server="short-body")),
):
    policy("sts-web-" + name, web=options, check=1, postfix=SILENT, rule="RFC 8461 §3.3")
for server in ("closed", "dead", "stall", "drip", "stall-handshake"):
    policy("sts-web-" + server, web=dict(server=server), check=75, postfix=SILENT, rule="RFC 8461 §3.3")

# The policy's text.
for name, text in (
    ("empty", ""),
    ("no-version", body().replace("version: STSv1\r\n", "")),
    ("version", body().replace("STSv1", "STSv2")),
    ("version-last", "mode: enforce\nmx: {mx}\nmax_age: 86400\nversion: STSv1\n"),
    ("no-mode", body().replace("mode: enforce\r\n", "")),
    ("mode", body("strict")),
    ("no-mx", body().replace("mx: {mx}\r\n", "")),
    ("no-age", body().replace("max_age: 86400\r\n", "")),
    ("negative-age", body(age=-1)),
    ("address", body(mx="127.0.0.1")),
    ("u-label", body(mx="b\u00fccher.secure.test")),
    ("star-inside", body(mx="mx.*.secure.test")),
    ("html", "<html><body>404</body></html>"),
):
    # "version" need not come first.
    # An address fits no host, but is written as a pattern may be.
    policy("sts-body-" + name, body=text, check=0 if name == "version-last" else 1, lookup=0 if name == "address" else None, postfix={"version-last": OBEYS, "address": "75"}.get(name, SILENT), rule="RFC 8461 §3.2")

# MX hosts that do not keep to it.
policy("sts-mx-other", body=body(mx="mx.elsewhere.test"), check=1, lookup=0, postfix="secure match=mx.elsewhere.test servername=hostname", rule="RFC 8461 §4.1")
policy("sts-mx-deep", body=body(mx="*.secure.test"), check=1, lookup=0, postfix="secure match=.secure.test servername=hostname", rule="RFC 8461 §4.1")
for name, options in (
    ("no-starttls", dict(server="no-starttls")),
    ("wrong-name", dict(cert="wrong-name")),
    ("expired", dict(cert="expired")),
    ("self-signed", dict(cert="self-signed")),
    ("tls-1-1", dict(server="tls-1-1")),
):
    policy("sts-mx-" + name, check=1, lookup=0, postfix=OBEYS, rule="RFC 8996 §4" if name == "tls-1-1" else "RFC 8461 §4.2", **options)
policy("sts-mx-closed", server="closed", check=75, lookup=0, postfix=OBEYS, rule="RFC 8461 §4.2")
policy("sts-mx-dead", server="dead", check=75, lookup=0, postfix=OBEYS, rule="RFC 8461 §4.2")
for server in ("greylist", "greeting-554", "stall-greeting", "starttls-454"):
    policy("sts-mx-" + server, server=server, check=75, lookup=0, postfix=OBEYS, rule="RFC 8461 §4.2")
for cert, status in (
    ("both", 0),
    ("rsa", 0),
    ("soon", 0),
    ("wildcard", 0),
    ("wildcard-parent", 1),
    ("cn-only", 1),
    ("domain-name", 1),
    ("leaf-only", 1),
    ("other-ca", 1),
    ("not-yet", 1),
):
    policy("sts-mx-cert-" + cert, cert=cert, check=status, lookup=0, postfix=OBEYS, rule="RFC 8461 §4.2")
policy("sts-mx-inject", server="inject", check=1, lookup=0, postfix=OBEYS, rule="RFC 3207 §6")
policy("sts-mx-starttls-502", server="starttls-502", check=1, lookup=0, postfix=OBEYS, rule="RFC 8461 §4.2")
policy("sts-mx-one-out", mx="10 mx; 20 mx.plain.secure.test.", check=1, lookup=0, postfix=OBEYS, rule="RFC 8461 §4.1")
policy("sts-mx-one-out-testing", mx="10 mx; 20 mx.plain.secure.test.", body=body("testing"), check=1, lookup=0, postfix=SILENT, rule="RFC 8461 §4.1")
policy("sts-mx-one-out-none", mx="10 mx; 20 mx.plain.secure.test.", body=body("none"), check=0, postfix=SILENT, rule="RFC 8461 §5")
# The name in the MX record counts, and not what it is an alias of.
policy("sts-mx-alias", addr="cname mx.plain.secure.test.", check=1, lookup=0, postfix=OBEYS, rule="RFC 8461 §4.2")
policy("sts-mx-none", addr="-", check=2, lookup=0, postfix=OBEYS, rule="RFC 5321 §5.1")
policy("sts-implicit", mx="none", body=body(mx="sts-implicit.secure.test"), check=0, postfix="secure match=sts-implicit.secure.test servername=hostname", rule="RFC 5321 §5.1")
policy("sts-mx-bogus", sig="mx bogus", check=1, lookup=0, postfix=75, rule="RFC 8461 §2")
policy("sts-null-mx", mx="null", addr="-", check=2, lookup=0, postfix=OBEYS, rule="RFC 7505 §3")

# As many policy domains below it as anybody asks for; their policies are in a cache (tests/bench/mtasts.sh).
mail("bulk.unsigned.test", more='* TXT "v=STSv1; id=bulk;"\n* MX 10 mx.bulk.unsigned.test.')

# Where a Postfix takes mail, for what becomes of it under a policy (mtasts-serve.sh alone asks for these).
for name, options in (
    ("obeys", {}),
    ("wrong-name", dict(cert="wrong-name")),
    ("other-mx", dict(body=body(mx="mx.elsewhere.test"))),
    ("plain", dict(server="postfix-plain")),
    ("testing", dict(body=body("testing"), cert="wrong-name")),
    ("none", dict(body=body("none"), cert="self-signed")),
    ("dane", dict(tlsa="3 1 1", cert="self-signed")),
    ("dane-wrong", dict(tlsa="3 1 1 wrong")),
    ("no-policy", dict(txt=None, web=None, cert="self-signed")),
):
    policy("sts-post-" + name, **({"server": "postfix"} | options))
    policies.pop()

# Web Key Directories: advanced, direct, and each fault of a server; a test publishes into $LAB_RUN/www.
DIRECTORY = """location /.well-known/openpgpkey {
    default_type application/octet-stream;
    add_header Access-Control-Allow-Origin *;
  }"""
web("openpgpkey.wkd.secure.test", nginx=DIRECTORY)
web("wkd-direct.secure.test", nginx=DIRECTORY)
web("openpgpkey.wkd-both.secure.test", nginx=DIRECTORY)
web("wkd-both.secure.test", nginx=DIRECTORY)
for name, options in (
    ("no-cors", dict(nginx=DIRECTORY.replace("add_header", "# "))),
    ("html-type", dict(nginx=DIRECTORY.replace("application/octet-stream", "text/html"))),
    ("no-head", dict(nginx=DIRECTORY + "\n  if ($request_method = HEAD) { return 405; }")),
    ("redirect", dict(nginx="location ~ ^/.well-known/openpgpkey/[^/]+/(.*)$ { return 302 https://wkd-redirect.secure.test/.well-known/openpgpkey/$1$is_args$args; }")),
    ("redirect-away", dict(nginx="return 302 https://wkd.secure.test$request_uri;")),
    ("redirect-http", dict(nginx="if ($scheme = https) { return 302 http://$host$request_uri; }\n  " + DIRECTORY)),
    ("redirect-loop", dict(nginx="return 302 https://$host$request_uri;")),
    ("redirect-file", dict(nginx="return 302 file:///etc/passwd;")),
    ("redirect-loopback", dict(nginx="return 302 https://localhost$request_uri;")),
    ("expired", dict(nginx=DIRECTORY, cert="expired")),
    ("wrong-name", dict(nginx=DIRECTORY, cert="wrong-name")),
    ("other-ca", dict(nginx=DIRECTORY, cert="other-ca")),
    ("500", dict(nginx="return 500;")),
    ("closed", dict(server="closed")),
    ("dead", dict(server="dead")),
    ("stall", dict(server="stall")),
    ("drip", dict(server="drip")),
    ("endless", dict(server="endless")),
    ("header-flood", dict(server="header-flood")),
    ("gzip-bomb", dict(server="gzip-bomb")),
):
    web(f"openpgpkey.wkd-{name}.secure.test", **options)
    # That there is a directory below the domain itself must not help.
    web(f"wkd-{name}.secure.test", nginx=DIRECTORY)

# Domains of the documentation, and a key server that tests bring with them.
web("openpgpkey.example.org", nginx=DIRECTORY)
web("example.net", nginx=DIRECTORY)
web("keys.openpgp.org", server="own")
web("keys.secure.test", server="own")


def markdown():
    """What a check of each domain must say, for tests/README.md."""
    groups = {}
    for row in mails:
        if row["status"] is None or row["zone"] == "many.test.":
            continue
        mark = "*" if row["days"] is not None else "+" if row["opportunistic"] is not None else ""
        groups.setdefault((row["status"], row["verdict"], row["clause"]), []).append(row["name"].removesuffix(".").removesuffix(".secure.test") + mark)
    yield "| verdict | status | clause | domains |"
    yield "|---|---|---|---|"
    for (status, verdict, clause), names in sorted(groups.items()):
        yield f"| {verdict} | {status} | {clause} | {', '.join(names)} |"


def markdown_of_policies():
    """The same of the policy domains; of what Postfix is told, the first word."""
    groups = {}
    for row in policies:
        told = str(row["postfix"]).partition(" ")[0].replace("2", "-")
        groups.setdefault((row["lookup"], row["check"], told, row["rule"]), []).append(row["name"].removesuffix(".secure.test").removeprefix("sts-"))
    yield "| lookup | check | Postfix | clause | domains sts-… |"
    yield "|---|---|---|---|---|"
    for key, names in sorted(groups.items(), key=lambda group: [str(value) for value in group[0]]):
        yield f"| {' | '.join(map(str, key))} | {', '.join(names)} |"


if __name__ == "__main__":
    print("\n".join(markdown_of_policies() if sys.argv[1:] == ["policies"] else markdown()))
