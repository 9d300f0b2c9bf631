"""What people change teaches: corrections now; opportunities and better drafts later."""
