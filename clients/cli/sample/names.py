"""Names that the samples make people and companies of, by language; none of them is anybody's."""

from collections.abc import Mapping, Sequence

GIVEN: Mapping[str, Sequence[str]] = {
    "en": ["Robert", "Margaret", "William", "Elizabeth", "Thomas", "Grace", "Edward", "Helen"],
    "da": ["Søren", "Mette", "Jørgen", "Freja", "Bjørn", "Åse", "Kåre", "Sidsel"],
    "nb": ["Håkon", "Ingrid", "Øystein", "Kari", "Bjørg", "Gunnar", "Åshild", "Torstein"],
    "sv": ["Åsa", "Göran", "Maja", "Björn", "Märta", "Nils", "Örjan", "Elin"],
    "zh": ["伟", "芳", "丽华", "静", "国强", "晓梅", "建军", "敏"],
}
FAMILY: Mapping[str, Sequence[str]] = {
    "en": ["Hargreave", "Whitcombe", "Ashdown", "Pemberley", "Colthorpe", "Marlowe", "Thornbury"],
    "da": ["Højgaard", "Kjærsgaard", "Lindhardt", "Bæk", "Østerby", "Skovgaard", "Nørholm"],
    "nb": ["Ødegård", "Haugstad", "Bråten", "Kvæven", "Sjøli", "Tveitan", "Løkkebø"],
    "sv": ["Sjöström", "Åkerblom", "Lindqvist", "Bergfält", "Öberg", "Hägglund", "Ekstrand"],
    "zh": ["张", "陈", "刘", "杨", "赵", "黄", "吴"],
}
COMPANIES: Mapping[str, Sequence[str]] = {
    "en": ["Contoso", "Northwind", "Fabrikam", "Litware", "Tailspin Toys", "Adatum", "Wingtip", "Proseware"],
    "da": [
        "Fjordkraft", "Havnens Kaffe", "Vestby Værktøj", "Klitkøkkenet", "Storebælt Skilte", "Mølleåens Papir",
        "Sydsejl", "Rugbrødsriget",
    ],
    "nb": [
        "Nordlys Måleteknikk", "Bregruva", "Fiskebøl Frys", "Trollheim Tømmer", "Vinterbro Varme", "Skagerak Sikring",
        "Lofotlinjen", "Tønsberg Tau",
    ],
    "sv": [
        "Älvdalens Maskin", "Skärgårdens Båtar", "Blåklint Bageri", "Kolmården Kabel", "Västanå Verktyg",
        "Hälsinge Hiss", "Norrskens Nät", "Öresunds Optik",
    ],
    "zh": ["东方仪器", "长江软件", "华南电子", "北方机械", "西湖茶业", "金山印刷", "海天物流", "明光照明"],
}  # fmt: skip
CITIES: Mapping[str, Sequence[tuple[str, str]]] = {
    "en": [("Leeds", "LS1 4AP"), ("Bristol", "BS1 5TR"), ("Hull", "HU1 2AA"), ("Derby", "DE1 1QH")],
    "da": [("Århus", "8000"), ("Køge", "4600"), ("Ribe", "6760"), ("Nykøbing", "4800")],
    "nb": [("Tromsø", "9008"), ("Bodø", "8006"), ("Hamar", "2317"), ("Ålesund", "6002")],
    "sv": [("Göteborg", "411 03"), ("Malmö", "211 20"), ("Örebro", "702 10"), ("Luleå", "972 31")],
    "zh": [("上海", "200001"), ("广州", "510000"), ("杭州", "310000"), ("成都", "610000")],
}
