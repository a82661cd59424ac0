"""Three small invented portals, served on loopback for the demo and the tests.

Every place, organ, figure and sentence is made up; only the labels of the forms are the
official ones. The portals imitate what real ones do to a crawler and a reader: a TRS
site, a Hanweb JCMS site with a data proxy, and a site of no known vendor in GBK.

``*.yml`` say what is published, ``templates/`` how each site looks, and the modules
turn one into the other::

    data (YAML) → figures (cells) + prose → forms (grids) → skins (pages) → server

``portals.expected()`` tells from the same YAML what an archive should find.
"""
