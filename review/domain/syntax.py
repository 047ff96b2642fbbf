"""How each database and service writes a search string: fields, phrases, wildcards, operators. Data and no more.

From the help pages of the sources, and for those searched from here from what they were seen to do. Where a help page
says nothing, nothing is claimed: an entry that is missing here never makes a string wrong.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class TermField(StrEnum):
    """Where in a record a word is sought, as a protocol says it."""

    TITLE_ABSTRACT = "title_abstract"
    TITLE = "title"
    ABSTRACT = "abstract"
    ANYWHERE = "anywhere"
    MESH = "mesh"


class Wildcards(StrEnum):
    """What a source makes of the sign * in a string."""

    WORK = "work"
    NOT_IN_PHRASES = "not in phrases"
    NONE = "none"


class Phrases(StrEnum):
    """How words that stand together are written."""

    QUOTED = "quoted"  # "transitional vertebra*"
    SINGLE = "single"  # 'transitional vertebra*'
    ADJACENT = "adjacent"  # transitional vertebra*
    NEXT = "next"  # (transitional NEXT vertebra*), and quoted where nothing is truncated


@dataclass(frozen=True, slots=True, kw_only=True)
class Syntax:
    """One source's way of writing. `fields` holds {} where the words go; `around` says that they stand around a group.

    `tag` finds the field tags of a string and `tags` are those it knows, in lower case; without `tag` they are not
    looked at. A string `sent` from here is one line; others may be a numbered list of lines.
    """

    name: str
    label: str
    said: tuple[str, ...]  # words by which a platform or a label is recognised
    sent: bool
    fields: Mapping[TermField, str]
    around: bool = False
    phrases: Phrases = Phrases.QUOTED
    wildcards: Wildcards = Wildcards.WORK
    stems: bool = False  # the source reduces words to their stems by itself
    shortest_root: int = 3  # letters before *; fewer match too much
    leading_wildcard: bool = True
    upper_operators: bool = False
    operators: bool = True
    tag: re.Pattern[str] | None = None
    tags: frozenset[str] = field(default_factory=frozenset)
    headings: re.Pattern[str] | None = None  # subject headings written without quotation marks; "and" is part of them
    example: str = ""  # a tag as it is written


def _words(text: str) -> frozenset[str]:
    return frozenset(part.strip() for part in text.split(";"))


_T = TermField
_PUBMED_TAGS = _words(
    "ad; affiliation; affl; all; all fields; aid; article identifier; au; author; auid; author - identifier; author identifier; "
    "1au; author - first; first author; author - last; lastau; last author; ab; abstract; book; cn; cois; conflict of interest statements; "
    "author - corporate; corporate author; crdt; date - create; create date; dcom; date - completion; completion date; "
    "dp; pdat; date - publication; publication date; edat; date - entrez; entrez date; entry date; mhda; date - mesh; mesh date; "
    "lr; date - modification; modification date; ppdat; epdat; ed; editor; eid; extended pmid; ec/rn number; rn; registry number; "
    "fau; full author name; author - full; filter; fir; full investigator name; investigator - full; gr; grants and funding; grant number; "
    "ir; investigator; isbn; ip; issue; is; issn; jid; nlm unique id; nlm id; ta; journal; jour; so; la; lang; language; lid; location id; "
    "mh; mesh; mesh terms; me; majr; mesh major topic; sh; mesh subheading; mesh subheadings; subheading; nm; supplementary concept; "
    "substance name; ot; other term; pa; pharmacological action; pg; page; pagination; pl; place of publication; ps; "
    "subject - personal name; personal name as subject; pt; publication type; ptyp; pubn; publisher; sb; subset; si; "
    "secondary source id; ti; title; title/abstract; tiab; tt; transliterated title; tw; text; text word; text words; word; "
    "pmid; uid; pmc; pmcid; vi; volume; stat; status; owner; cois; prefix; cites; doi; phst; pharm action; pubmed; nihms"
)
_EUROPEPMC_TAGS = _words(
    "title; abstract; title_abs; auth; authorid; authorid_type; auth_first; auth_last; auth_group; auth_man; auth_man_id; "
    "aff; author_roles; journal; issn; eissn; essn; volume; issue; page_info; pub_year; pub_type; pub_type_s; pub_type_id; "
    "first_pdate; first_pdate_d; first_idate; first_idate_d; e_pdate; p_pdate; p_pdate_d; creation_date; update_date; "
    "embargo_date; src; ext_id; pmcid; doi; kw; mesh; mesh_term; mesh_heading; mesh_major; chem; substance; disease; "
    "disease_id; gene_protein; goterm; go_id; organism; organism_id; chebiterm; chebiterm_id; chembl_pubs; accession_id; "
    "accession_type; lang; license; open_access; oa; in_epmc; in_pmc; in_ukpmc; has_abstract; has_pdf; has_ft; has_text; "
    "has_fulltext; has_fulltextdata; has_free_fulltext; has_free_fulltext_url; has_tm; has_reflist; has_refs; has_references; "
    "has_crosssearch; has_xrefs; has_labslinks; has_data; has_suppl; has_supp_data; has_supplementary; has_book; has_doi; "
    "has_preprint; has_published_version; has_version_evaluations; has_pride; has_uniprot; has_embl; has_pdb; has_intact; "
    "has_interpro; has_chebi; has_chembl; has_omim; has_arxpr; has_reviews; lab_links; labslinks; cites; cited; citing; "
    "cited_by; reffed_by; ref; uniprot_pubs; uniprot_id; pdb_pubs; pdb_id; intact_pubs; interpro_pubs; embl_pubs; "
    "embl_id; omim_pubs; omim_id; arxpr_pubs; arxpr_id; pride_pubs; grant_id; grant_agency; grant_agency_id; book_id; "
    "isbn; ed; publisher; series; series_name; resource_name; resource_version; manuscript_type; intro; introduction; "
    "intro_conc; methods; method; results; result; discuss; discussion; concl; conclusion; conclusions; case; suppl; "
    "supplementary; fig; table; abbr; back; back_noref; body; body_noref; appendix; ack; ack_fund; auth_con; comp_int; "
    "keyword; other; lead; nlm_ta; publication_status; id_type; data_availability; investigator; preprint_review; "
    "annotation_type; annotation_provider; bioentities; retracted; preprint"
)
_SCOPUS_TAGS = _words(
    "abs; affil; affilcity; affilcountry; affilorg; af-id; all; artnum; au-id; auth; authcollab; author-name; authfirst; "
    "authkey; authlastname; authlast; bookpub; casregnumber; chem; chemname; coden; conf; confloc; confname; confsponsors; "
    "dbcoll; doctype; doi; ed; edfirst; edlastname; eissn; eid; exactkeyword; exactsrctitle; exclude; firstauth; freetoread; "
    "fund-acr; fund-all; fund-no; fund-sponsor; indexterms; isbn; issn; issue; issnp; key; language; limit-to; load-date; "
    "manufacturer; oa; openaccess; openacess; openaccesstype; orcid; orig-load-date; pagecount; pagefirst; pagelast; pages; "
    "pmid; pubdatetxt; publisher; pubstage; pubyear; ref; refartnum; refauth; refauthfirst; refauthlastname; refpage; "
    "refpagefirst; refpubyear; refsrctitle; reftitle; seqbank; seqnumber; sdg; srcid; srctitle; srctype; subjabbr; subjarea; "
    "subjmain; subjterms; title; title-abs; title-abs-key; title-abs-key-auth; tradename; volume; website; prefnameauid; "
    "exactauth; exactaffil"
)
_WOS_TAGS = _words(
    "ts; ti; ab; ak; kp; au; ai; gp; ed; do; so; dt; py; cf; ad; og; oo; sg; sa; ci; ps; cu; zp; fo; fg; fd; ft; su; wc; is; "
    "ut; pmid; all; la; publ; dop; ld; ey; fpy; eay; sdg; tmso; tmic; tmac; tmsc; be; as; ir; rid; oi; ac; cp; mc; ma; mh; "
    "mq; me; ox; hp; topic; title; author; year; edn; sj; bn; sn; vl; bp; dx; ds; rn; nm; qu; dc; ct; cl; cd; pu; pn; pa; "
    "ic; ci; cw; cr; tc; ng; sd; oa; ss; qy"
)
_OVID_TAGS = _words(
    "ab; ac; ad; ae; ai; an; ap; ar; as; at; au; aw; ax; bd; bk; bn; bs; bt; bx; by; ca; cc; cd; cf; ch; ci; cl; cm; cn; co; "
    "cp; cq; cr; cs; ct; cw; cx; cy; da; dc; dd; de; dh; di; dj; dl; dm; do; dp; dq; dr; ds; dt; du; dv; dw; dx; dy; ec; ed; "
    "ef; ei; el; em; en; eo; ep; et; ex; ez; fa; fd; fe; fs; fx; gc; ge; gi; go; gp; gr; gu; gw; hd; hi; hn; ho; hw; ia; ib; "
    "id; ig; in; io; ip; ir; is; it; iv; iw; ja; jc; jl; jn; jr; js; jt; jv; jw; jx; kf; kp; kw; kx; la; lc; lg; li; lm; lr; "
    "lu; ly; ma; mc; md; me; mf; mh; mm; mo; mp; ms; mt; mv; my; nb; nj; nl; nm; no; np; nt; nw; od; oi; oo; or; os; ot; ow; "
    "ox; pa; pb; pc; pd; pf; pg; ph; pi; pj; pl; pm; pn; po; pp; ps; pt; pu; px; pu; py; qo; qs; rb; re; rf; rh; ri; rl; rn; "
    "ro; rp; rr; rs; rt; rw; rx; sa; sb; sc; sd; se; sf; sh; si; sk; sl; sm; sn; so; sp; sr; ss; st; su; sv; sw; sx; sy; ta; "
    "tc; td; tg; th; ti; tm; tn; to; tp; tq; tr; tt; tw; tx; ty; ui; ul; up; ur; uw; va; vi; vo; vp; vq; wc; wd; we; wf; wk; "
    "wp; xa; xb; xc; xd; xe; xf; xs; yf; yr; zy"
)
_EMBASE_TAGS = _words(
    "ti; ab; kw; de; au; ad; jt; ta; la; it; py; dn; tn; mn; df; mf; rn; cn; is; an; id; ui; lnk; ca; sd; dt; cl; cp; co; ol; "
    "oa; so; ff; ed; vi; pg; do; pii; sb; sh; lc; tt; ti_orig; ext; add; oc; ox; ct; dd; dr; af; nc; spr; cy; ct_org; exp; "
    "ok; aid; pub; src; di; dc; dm; bn; ms"
)
_COCHRANE_TAGS = _words(
    "ti; ab; kw; au; so; pt; an; doi; tb; pd; rn; la; ti,ab,kw; crg; pub; yr; sn; is; vl; pg; py; fd; crsr; cn; st"
)
_IEEE_TAGS = _words(
    "all metadata; full text & metadata; full text and metadata; full text only; document title; publication title; authors; "
    "author; first author; author affiliation; author affiliations; affiliation; abstract; author keywords; author keyword; "
    "index terms; ieee terms; mesh_terms; mesh terms; inspec controlled terms; inspec non-controlled terms; inspec terms; "
    "accession number; article number; article page number; doe terms; doi; funding agency; isbn; issn; issue; volume; "
    "page number; parent publication number; pacs terms; publication number; publication year; publisher; conference location; "
    "conference name; standard number; standard dictionary terms; standards dictionary terms; start page; end page; orcid; "
    "controlled index terms; title; search_latest_date; standards ics terms; inspec accession number; date; content type"
)

SYNTAXES: tuple[Syntax, ...] = (
    Syntax(
        name="pubmed",
        label="PubMed",
        said=("pubmed",),
        sent=True,
        fields={_T.TITLE_ABSTRACT: "{}[tiab]", _T.TITLE: "{}[ti]", _T.ANYWHERE: "{}[tw]", _T.MESH: "{}[Mesh]"},
        shortest_root=4,  # PubMed's help: at least four letters before *
        leading_wildcard=False,
        upper_operators=True,
        tag=re.compile(r"\[([^\[\]\"]*)\]"),
        tags=_PUBMED_TAGS,
        example="[tiab]",
    ),
    Syntax(
        name="arxiv",
        label="arXiv",
        said=("arxiv",),
        sent=True,
        fields={
            _T.TITLE_ABSTRACT: "(ti:{0} OR abs:{0})",
            _T.TITLE: "ti:{}",
            _T.ABSTRACT: "abs:{}",
            _T.ANYWHERE: "all:{}",
        },
        wildcards=Wildcards.NONE,
        upper_operators=True,
        tag=re.compile(r"(?<![\w:])([A-Za-z_]+):(?=[\"(\[\w])"),
        tags=_words("ti; au; abs; co; jr; cat; rn; id; id_list; all; submitteddate; lastupdateddate; doi; msc; acm"),
        example="abs:",
    ),
    Syntax(
        name="europepmc",
        label="Europe PMC",
        said=("europe pmc", "europepmc"),
        sent=True,
        fields={
            _T.TITLE_ABSTRACT: "TITLE_ABS:{}",
            _T.TITLE: "TITLE:{}",
            _T.ABSTRACT: "ABSTRACT:{}",
            _T.ANYWHERE: "{}",
            _T.MESH: "KW:{}",
        },
        wildcards=Wildcards.NOT_IN_PHRASES,
        leading_wildcard=False,
        upper_operators=True,
        tag=re.compile(r"(?<![\w:])([A-Za-z_]+):(?=[\"(\[\w])"),
        tags=_EUROPEPMC_TAGS,
        example="TITLE_ABS:",
    ),
    Syntax(
        name="openalex",
        label="OpenAlex",
        said=("openalex",),
        sent=True,
        fields={_T.TITLE_ABSTRACT: "{}"},
        wildcards=Wildcards.NONE,
        stems=True,
        upper_operators=True,
    ),
    Syntax(
        name="crossref",
        label="Crossref",
        said=("crossref",),
        sent=True,
        fields={_T.ANYWHERE: "{}"},
        wildcards=Wildcards.NONE,
        operators=False,
    ),
    Syntax(
        name="scopus",
        label="Scopus",
        said=("scopus",),
        sent=False,
        fields={
            _T.TITLE_ABSTRACT: "TITLE-ABS({})",
            _T.TITLE: "TITLE({})",
            _T.ABSTRACT: "ABS({})",
            _T.ANYWHERE: "TITLE-ABS-KEY({})",
            _T.MESH: "INDEXTERMS({})",
        },
        around=True,
        tag=re.compile(r"(?<![\w\"-])([A-Z]+(?:-[A-Z]+)+)\s*\(|(?<![\w\"-])(?!AND\(|OR\(|NOT\()([A-Z]{3,})\("),
        tags=_SCOPUS_TAGS,
        example="TITLE-ABS-KEY( )",
    ),
    Syntax(
        name="wos",
        label="Web of Science",
        said=("web of science", "wos"),
        sent=False,
        fields={
            # Without MeSH: the Core Collection has none.
            _T.TITLE_ABSTRACT: "(TI=({0}) OR AB=({0}))",
            _T.TITLE: "TI=({})",
            _T.ABSTRACT: "AB=({})",
            _T.ANYWHERE: "TS=({})",
        },
        around=True,
        tag=re.compile(r"(?<![\w\"])([A-Za-z]{2,6})\s?=(?=\s?[\"(\w])"),
        tags=_WOS_TAGS,
        example="TS=( )",
    ),
    Syntax(
        name="ovid",
        label="Ovid (Embase, MEDLINE)",
        said=("ovid",),
        sent=False,
        fields={
            _T.TITLE_ABSTRACT: "({}).ti,ab.",
            _T.TITLE: "({}).ti.",
            _T.ABSTRACT: "({}).ab.",
            _T.ANYWHERE: "({}).mp.",
            _T.MESH: "exp {}/",
        },
        around=True,
        phrases=Phrases.ADJACENT,
        tag=re.compile(r"(?<=[\w*$?#)\"'])\s?\.([a-z]{2}(?:,\s?[a-z]{2})*)\.?(?![\w.])"),
        tags=_OVID_TAGS,
        headings=re.compile(
            r"\bexp \*?[^/()\n\"]{1,120}/|\*?\b[A-Z][\w,'-]*(?: (?:and|or|of|in|the|[A-Z0-9][\w,'-]*)){1,12}/"
        ),
        example=".ti,ab.",
    ),
    Syntax(
        name="embase",
        label="Embase.com",
        said=("embase.com", "embase (elsevier)"),
        sent=False,
        fields={
            _T.TITLE_ABSTRACT: "({}):ti,ab",
            _T.TITLE: "({}):ti",
            _T.ABSTRACT: "({}):ab",
            _T.ANYWHERE: "({}):ti,ab,kw,de",
            _T.MESH: "{}/exp",
        },
        around=True,
        phrases=Phrases.SINGLE,
        tag=re.compile(r"(?<=[\w*?$)'\"]):([a-z_]{2,7}(?:,\s?[a-z_]{2,7})*)(?!\w)"),
        tags=_EMBASE_TAGS,
        example=":ti,ab,kw",
    ),
    Syntax(
        name="cochrane",
        label="Cochrane Library",
        said=("cochrane", "central"),
        sent=False,
        fields={
            _T.TITLE_ABSTRACT: "({}):ti,ab",
            _T.TITLE: "({}):ti",
            _T.ABSTRACT: "({}):ab",
            _T.ANYWHERE: "({}):ti,ab,kw",
            _T.MESH: "[mh {}]",
        },
        around=True,
        phrases=Phrases.NEXT,
        wildcards=Wildcards.NOT_IN_PHRASES,
        tag=re.compile(r"(?<=[\w*?)\"]):([a-z]{2,4}(?:,\s?[a-z]{2,4})*)(?!\w)"),
        tags=_COCHRANE_TAGS,
        example=":ti,ab,kw",
    ),
    Syntax(
        name="ieee",
        label="IEEE Xplore",
        said=("ieee",),
        sent=False,
        fields={
            _T.TITLE_ABSTRACT: '("Document Title":{0} OR "Abstract":{0})',
            _T.TITLE: '"Document Title":{}',
            _T.ABSTRACT: '"Abstract":{}',
            _T.ANYWHERE: '"All Metadata":{}',
            _T.MESH: '"Mesh_Terms":{}',
        },
        upper_operators=True,
        tag=re.compile(r"\"([^\"]*)\":"),
        tags=_IEEE_TAGS,
        example='"All Metadata":',
    ),
)

_BY_NAME = {syntax.name: syntax for syntax in SYNTAXES}


def named(name: str) -> Syntax | None:
    """The syntax of a source, by the name of a search or what stands before a dash in it.

    >>> named("pubmed-sensitive").label
    'PubMed'
    """
    wanted = name.strip().lower()
    fitting = [each for each in _BY_NAME if wanted == each or wanted.startswith(f"{each}-")]
    return _BY_NAME[max(fitting, key=len)] if fitting else None


def spelt(name: str) -> str:
    """A source's name as papers spell it, if it is one known here; else as it is given.

    >>> spelt("europepmc"), spelt("pubmed-sensitive")
    ('Europe PMC', 'pubmed-sensitive')
    """
    return next((each.label for each in SYNTAXES if each.label.replace(" ", "").lower() == name.lower()), name)


def behind(name: str, *, platform: str = "", label: str = "", query: str = "") -> Syntax | None:
    """The syntax in which a search of the protocol is written; None if it is none of those known here.

    The platform decides, since one database is written differently on each: Embase on Ovid is not Embase.com.

    >>> behind("embase", platform="Ovid").name, behind("medline", platform="EBSCOhost")
    ('ovid', None)
    """
    where = platform.lower()
    for syntax in SYNTAXES:
        if any(re.search(rf"\b{re.escape(word)}", where) for word in syntax.said):
            return syntax
    if where and any(other in where for other in ("ebsco", "proquest", "dialog", "pubmed central")):
        return None
    found = named(name) if not name.lower().startswith("embase") else None
    if found:
        return found
    if name.lower().startswith("embase") or "embase" in label.lower():
        elsewhere = re.search(r"/exp\b|:ti\b|'/de\b", query)
        return _BY_NAME["embase" if elsewhere or "elsevier" in where else "ovid"]
    said = f"{name} {label}".lower()
    return next((s for s in SYNTAXES if any(re.search(rf"\b{re.escape(word)}\b", said) for word in s.said)), None)
