"""What happens by itself: cards and reader watched, the journal's copy that follows, and the page's news."""
