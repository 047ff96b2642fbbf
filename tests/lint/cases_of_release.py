"""Cases of the rules of release and ethics: what each must flag, and what it must leave alone."""

from __future__ import annotations

from asking import Case, case, counts

from review.lint.rule import Release

CODE = (
    "Code is at https://github.com/a/b (tag v1.0) with a lock file, seed 1, preprocessing, training and evaluation scripts, "
    "trained weights and the command behind each table."
)
MANIFEST = dict.fromkeys(
    ["repository", "commit", "environment", "seed", "preprocessing", "training", "evaluation", "weights", "commands"],
    "x",
)
CROISSANT = dict.fromkeys(
    [
        "@context",
        "@type",
        "conformsTo",
        "name",
        "description",
        "url",
        "license",
        "creator",
        "datePublished",
        "distribution",
    ],
    "x",
)

FAILING: dict[str, list[Case]] = {
    "REL-01": [
        case("# Methods\nThe code is at https://github.com/a/b.\n# Results\nDice was 0.9.", "code has no licence", type="method"),
        case("# Availability\nThe data are open. Code is MIT.", "data have no licence"),
        case("# Methods\nThe network was trained for 100 epochs.\n# Availability\nData are CC BY 4.0, code is MIT.", "weights have no licence"),
        case("# Availability\nThe data are CC BY 4.0, the code is MIT.", "files say", release=Release(licences={"README.md": "CC BY-NC 4.0"})),
    ],
    "REL-02": [
        case("[Give the date each database was searched and the full string.]", "Give the date"),
        case("Data: 10.5281/zenodo.XXXXXXX", "zenodo.XXXXXXX"),
        case("Good.\nVolume [VOLUME # TBD] of it.", "TBD"),
        case("TODO: ask Ben", "TODO"), case("Code is at [repository URL]; data at [DOI].", "[repository URL]"),
        case("We found ??? patients, see Table ??.", "???"),
        case("See doi: 11.1000/x.", "not a DOI"),
    ],
    "REL-03": [case(CODE.replace(", seed 1", ""), "seeds"), case("Code will be made available.", "the commit or tag; the pinned environment; the random seeds")],
    "REL-04": [
        case(said="description in croissant.json", release=Release(croissant={**CROISSANT, "description": "A total of 12 volumes."}, datasheet=""), counts=counts(("volumes", "all", 10))),
        case(said="license", release=Release(croissant={**CROISSANT, "license": ""}, datasheet="")),
        case(said="open", release=Release(croissant=CROISSANT, datasheet="## Who made it?\n\n## Why?\n\nFor us.\n")),
    ],
    "REL-05": [
        case("Public data were used. All scans were anonymised.", "ethics committee"),
        case("The ethics committee approved it.", "de-identified"),
    ],
}  # fmt: skip

PASSING: dict[str, list[Case]] = {
    "REL-01": [
        case("# Data access\nThe scans need a data use agreement; the network was trained for 9 epochs.", type="method"),
        case("# Methods\nThe network was trained for 100 epochs on cited data [@a]. It was made with open source code of others [@b].", type="method"),
        case("# Data\nThe masks of 20 patients are under CC BY 4.0. The software ITK-SNAP was used.", type="dataset"),
        case("# Availability\nThe data are under CC BY 4.0, the code under Apache-2.0.", release=Release(licences={"README.md": "CC BY 4.0"})),
        case("# Methods\nThe phantom model assumes a box. Nothing is learned without a trained model.\n# Availability\nData are CC BY 4.0, code is MIT.", release=Release(licences={"card": "CC BY 4.0"})),
        case("# Availability\nThe data are under CC0, code and weights under MIT.", release=Release(licences={"card": "CC0"})),
    ],
    "REL-02": [
        case("See [Report of the committee on spines](https://a.org/b) and [Name](c)." ),
        case("Data: https://doi.org/10.5281/zenodo.22139642. Really??"),
        case('(LLM[tiab] AND "diet"[MeSH]) AND 2025/09/30[Date - Publication]. See [the link](https://a.org), [our data link](b.html).'),
        case("Todoist is an app. `TODO`-free. The XX chromosome. <!-- TODO -->"),
    ],
    "REL-03": [
        case(CODE.replace("training and evaluation scripts", "and so on") + "\n\n```bash\npython src/train.py\npython src/eval.py --all\n```"),
        case(CODE.replace("evaluation", "analysis"), release=Release(manifest=MANIFEST)),
        case(CODE, release=Release(manifest=MANIFEST)),
        case("# Code\n\n" + CODE.replace("lock file", "`environment.yml`"), release=Release(manifest=MANIFEST)),
    ],
    "REL-04": [
        case(release=Release(croissant=CROISSANT, datasheet="## Why?\n\nFor us.\n")),
        case(release=Release(croissant=CROISSANT, datasheet="# Datasheet\n\nNot applicable: synthetic.\n")),
    ],
    "REL-05": [
        case("# Ethics Approval\nDe-identified masks were used under HSREB approval for DMED-2441-21.", type="method"),
        case("The study was approved by the French ethic committee of Lyon B in 1992. Consent was given.", type="clinical"),
        case("The institutional review board approved the study. Scans were de-identified."),
        case("No ethics approval was required, since the data are public and anonymised (ethics committee, 2021)."),
    ],
}  # fmt: skip
