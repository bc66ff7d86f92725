"""A trail for people, as a PDF: made from the finished ZIP alone, and bound to it by the hash of its manifest."""
