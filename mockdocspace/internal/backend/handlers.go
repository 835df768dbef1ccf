package backend

import "docspace-oauth/mockdocspace/internal/store"

// handlers binds routes to what answers them; the others are answered 501.
func (a *api) handlers() map[string]handler {
	return map[string]handler{
		"GET people/@self":            a.self,
		"GET people":                  a.listPeople,
		"GET people/filter":           a.listPeople,
		"GET people/simple/filter":    a.listPeopleShort,
		"GET people/{userid}":         a.profile,
		"GET people/email":            a.profileByEmail,
		"GET people/exists":           a.exists,
		"GET people/tokendiagnostics": a.tokenDiagnostics,
		"PUT people/{userid}":         a.updateProfile,
		"POST people":                 a.createPerson,

		"GET group":              a.listGroups,
		"GET group/{id:guid}":    a.oneGroup,
		"POST group":             a.createGroup,
		"PUT group/{id:guid}":    a.updateGroup,
		"DELETE group/{id:guid}": a.deleteGroup,

		"GET files/@my":                  a.myContent,
		"GET files/@trash":               a.trashContent,
		"GET files/{folderId}":           a.folderContent,
		"GET files/folder/{folderId}":    a.oneFolder("folderId", false),
		"GET files/file/{fileId}":        a.oneFile,
		"GET files/fileops":              a.listOperations,
		"GET filehandler.ashx":           a.download,
		"POST files/@my/text":            a.createText(".txt"),
		"POST files/{folderId}/text":     a.createText(".txt"),
		"POST files/@my/html":            a.createText(".html"),
		"POST files/{folderId}/html":     a.createText(".html"),
		"POST files/@my/file":            a.createFile,
		"POST files/{folderId}/file":     a.createFile,
		"POST files/@my/upload":          a.upload,
		"POST files/{folderId}/upload":   a.upload,
		"POST files/folder/{folderId}":   a.createFolder,
		"PUT files/folder/{folderId}":    a.renameFolder,
		"PUT files/file/{fileId}":        a.renameFile,
		"DELETE files/folder/{folderId}": a.deleteFolder,
		"DELETE files/file/{fileId}":     a.deleteFile,
		"PUT files/fileops/copy":         a.transfer(operationCopy),
		"PUT files/fileops/move":         a.transfer(operationMove),

		"GET files/rooms":                a.listRooms,
		"GET files/rooms/{id}":           a.oneFolder("id", true),
		"POST files/rooms":               a.createRoom,
		"PUT files/rooms/{id}":           a.updateRoom,
		"PUT files/rooms/{id}/archive":   a.archiveRoom(store.RootArchive),
		"PUT files/rooms/{id}/unarchive": a.archiveRoom(store.RootRooms),
		"DELETE files/rooms/{id}":        a.deleteRoom,

		"GET authentication":             a.isAuthenticated,
		"POST authentication":            a.signIn,
		"POST authentication/logout":     a.signOut,
		"POST authentication/confirm":    a.confirmLink,
		"GET settings":                   a.portalSettings,
		"GET settings/security/password": a.passwordRules,
		"GET capabilities":               a.capabilities,
		"GET security/oauth2/token":      a.mintSignature,
		"POST apisystem/portal/signin":   a.portalSignIn,
	}
}
