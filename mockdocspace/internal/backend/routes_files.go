package backend

import "slices"

// fileRoutes are the files family (identity.md §8.5, §3.4–§3.9, §4.4).
var fileRoutes = slices.Concat(
	rows(Anonymous,
		"GET files/{folderId}", "GET files/folder/{folderId}", "GET files/{folderId}/formfilter", "GET files/folder/{id}/link",
		"GET files/file/{fileId}", "GET files/file/{fileId}/history", "GET files/file/{fileId}/edit/history",
		"GET files/file/{fileId}/edit/diff", "GET files/file/{id}/link", "GET files/file/fillresult",
		"GET files/{fileId}/openedit", "GET files/{fileId}/trackeditfile", "GET files/docservice", "GET files/settings",
		"GET files/share/{key}", "GET files/fileops", "GET files/fileops/{operationType}",
		"PUT files/file/{fileId}", "PUT files/fileops/bulkdownload", "PUT files/fileops/terminate/{id?}",
		"POST files/file/{fileId}/restoreversion", "POST files/{fileId}/startedit",
		"POST files/masterform/{fileId}/checkfillformdraft", "POST files/share/{key}/password", "POST files/thumbnails",
	),
	rows(ByPolicy,
		"GET files/@root", "GET files/@my", "GET files/@common", "GET files/@share", "GET files/@recent",
		"GET files/@favorites", "GET files/@templates", "GET files/@trash", "GET files/@projects", "GET files/@privacy",
		"GET files/info", "GET files/filesusedspace", "GET files/tags", "GET files/logos", "GET files/group",
		"GET files/group/{id}", "GET files/thirdparty", "GET files/recent", "GET files/roomtemplate/{id}/share",
		"GET files/{folderId}/subfolders", "GET files/{folderId}/news", "GET files/{fileId}/presigned",
		"GET files/{fileId}/sharedusers", "GET files/{fileId}/protectusers",
		"GET files/folder/{id}/path", "GET files/folder/{id}/share", "GET files/folder/{id}/links", "GET files/folder/{id}/log",
		"GET files/file/{id}/share", "GET files/file/{id}/links", "GET files/file/{id}/log", "GET files/file/{id}/checkconversion",
		"GET files/file/{id}/presigneduri", "GET files/file/{id}/formroles", "GET files/file/{id}/isformpdf",
		"GET files/file/{id}/submissions", "GET files/file/{id}/publickeys",
		"GET files/fileops/move", "GET files/fileops/checkdestfolder", "GET files/favorites/{id}",
		"GET files/settings/autocleanup", "GET files/settings/defaulttemplate", "GET files/wordpress-info", "GET files/wordpress-delete",
		"POST files/@my/text", "POST files/@my/html", "POST files/@my/file", "POST files/@my/upload",
		"POST files/{folderId}/text", "POST files/{folderId}/html", "POST files/{folderId}/file", "POST files/{folderId}/upload",
		"POST files/{folderId}/insert", "POST files/{folderId}/upload/create_session",
		"POST files/folder/{folderId}", "PUT files/folder/{folderId}", "DELETE files/folder/{folderId}", "DELETE files/file/{fileId}",
		"PUT files/fileops/copy", "PUT files/fileops/move", "PUT files/fileops/delete", "PUT files/fileops/duplicate",
		"PUT files/fileops/emptytrash", "PUT files/fileops/markasread", "PUT files/fileops/deleteversion",
	),
	// The two handlers outside the API's routing (§3.6): authenticated, no policy.
	[]Route{
		{Method: "GET", Template: "filehandler.ashx", Class: Anonymous},
		{Method: "POST", Template: "chunkeduploader.ashx", Class: Anonymous},
	},
)

// roomRoutes are the rooms family (identity.md §8.5).
var roomRoutes = slices.Concat(
	rows(Anonymous, "GET files/rooms/{id}"),
	rows(ByPolicy,
		"GET files/rooms", "GET files/rooms/covers", "GET files/rooms/news", "GET files/rooms/indexexport",
		"GET files/rooms/fromTemplate/status", "GET files/rooms/{id}/share", "GET files/rooms/{id}/links",
		"GET files/rooms/{id}/link", "GET files/rooms/{id}/news", "GET files/rooms/{id}/externalDbSync",
		"POST files/rooms", "POST files/rooms/fromTemplate", "POST files/rooms/thirdparty/{id}", "POST files/rooms/{id}/logo",
		"POST files/rooms/{id}/cover", "POST files/rooms/{id}/resend", "POST files/rooms/{id}/indexexport",
		"POST files/rooms/{id}/externalDbSync",
		"PUT files/rooms/{id}", "PUT files/rooms/{id}/archive", "PUT files/rooms/{id}/unarchive", "PUT files/rooms/{id}/pin",
		"PUT files/rooms/{id}/unpin", "PUT files/rooms/{id}/reorder", "PUT files/rooms/{id}/share", "PUT files/rooms/{id}/links",
		"PUT files/rooms/{id}/tags", "PUT files/rooms/roomquota", "PUT files/rooms/resetquota",
		"DELETE files/rooms/{id}", "DELETE files/rooms/{id}/tags", "DELETE files/rooms/{id}/logo", "DELETE files/rooms/indexexport",
	),
)
