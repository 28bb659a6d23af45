"""Reading one article: noise, language, entities, topics, statements. A pure function of article and models."""
