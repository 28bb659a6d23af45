"""Everything that turns articles into knowledge: the Beam graph, language, novelty, matching."""
